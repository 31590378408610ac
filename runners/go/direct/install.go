// Package direct calls a handler where aws-lambda-go would ask the Lambda Runtime API for its events.
//
//	lambda.Start ──▶ startFunctions[AWS_LAMBDA_RUNTIME_API] ──▶ start: Next, the handler, Value; Next …
//
// It is compiled into the program beside package bridge when go.mod names one of the versions of the library that it was
// tested with, and takes the place of the library's own loop (lambda/invoke_loop.go) when the program was linked
// with that very version, and what it finds there is as it expects. Otherwise the library's loop runs, which the bridge serves.
//
// Like the bridge, this source uses nothing newer than Go 1.9's language and the standard library of Go 1.16.
package direct

import (
	"os"
	"runtime/debug"
	"strings"
	"time"
	_ "unsafe" // for go:linkname

	"github.com/aws/aws-lambda-go/lambda"
)

// Calls yields invocations, one after the other. Its like is declared in package bridge: neither package can import
// the other, since both stand in the author's module.
type Calls = interface {
	Address() string // what AWS_LAMBDA_RUNTIME_API is, when the bridge answers there
	Next() Call      // nil: none follows
}

// Call is an invocation. It has one ending: Value, Response, Stream or Fail.
type Call = interface {
	RequestID() string
	ARN() string
	Deadline() time.Time
	Extras() (clientContext, identity, traceID string)

	Event() []byte // whole, as the Runtime API gives it
	Parts() (event, body []byte, kind int)
	WantsResponse() bool

	Value(value []byte)
	Response(status uint32, single map[string]string, multi map[string][]string, cookies []string, body []byte, isBase64 bool)
	Stream(contentType string, trailer map[string][]string, body interface {
		Read([]byte) (int, error)
	}) error
	Fail(reported []byte)
}

const (
	library     = "github.com/aws/aws-lambda-go"
	environment = "AWS_LAMBDA_RUNTIME_API"
	concurrency = "AWS_LAMBDA_MAX_CONCURRENCY"
)

// startFunction and startFunctions are the library's (lambda/entry.go), from 1.34 on.
type startFunction struct {
	env string
	f   func(envValue string, handler lambda.Handler) error
}

//go:linkname startFunctions github.com/aws/aws-lambda-go/lambda.startFunctions
var startFunctions []*startFunction

// Install takes the library's place, if it is of that version.
func Install(calls Calls, version string) {
	if calls == nil || linkedVersion() != version {
		return
	}
	for _, each := range startFunctions {
		if each.env == environment {
			original := each.f
			each.f = func(api string, handler lambda.Handler) error {
				serves := os.Getenv(concurrency) == "" && api == calls.Address()
				if options, ok := optionsOf(handler); ok && serves {
					return serve(calls, options)
				}
				return original(api, handler)
			}
		}
	}
}

// linkedVersion is empty for a library that something else was put in the place of.
func linkedVersion() string {
	info, found := debug.ReadBuildInfo()
	if !found {
		return ""
	}
	for _, module := range info.Deps {
		if module.Path == library && module.Replace == nil {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return ""
}
