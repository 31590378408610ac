package direct

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"reflect"
	"runtime"
	"strings"

	"github.com/aws/aws-lambda-go/lambda/messages"
)

// What the library says of a failure (lambda/errors.go, lambda/panic.go, reportFailure in lambda/invoke_loop.go).

// errPanicked has the library's words: its log line is known by them.
var errPanicked = errors.New("calling the handler function resulted in a panic, the process should exit")

func report(call Call, failed *messages.InvokeResponse_Error) error {
	payload := marshal(failed)
	log.Printf("%s", payload)
	call.Fail(payload)
	if failed.ShouldExit {
		return errPanicked
	}
	return nil
}

func marshal(failed *messages.InvokeResponse_Error) []byte {
	payload, err := json.Marshal(failed)
	if err != nil {
		payload, _ = json.Marshal(&messages.InvokeResponse_Error{Type: "Runtime.SerializationError", Message: err.Error()})
	}
	return payload
}

func errorResponse(err error) *messages.InvokeResponse_Error {
	if made, ok := err.(messages.InvokeResponse_Error); ok {
		return &made
	}
	return &messages.InvokeResponse_Error{Message: err.Error(), Type: typeName(err)}
}

func panicResponse(reason interface{}) *messages.InvokeResponse_Error {
	if made, ok := reason.(messages.InvokeResponse_Error); ok {
		return &made
	}
	return &messages.InvokeResponse_Error{
		Message:    fmt.Sprintf("%v", reason),
		Type:       typeName(reason),
		StackTrace: panicStack(),
		ShouldExit: true,
	}
}

func typeName(of interface{}) string {
	found := reflect.TypeOf(of)
	if found.Kind() == reflect.Ptr {
		return found.Elem().Name()
	}
	return found.Name()
}

// panicStack begins at gopanic: above it are this function, panicResponse, handle's deferred function.
func panicStack() []*messages.InvokeResponse_Error_StackFrame {
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(4, callers)])
	var stack []*messages.InvokeResponse_Error_StackFrame
	for {
		frame, more := frames.Next()
		stack = append(stack, &messages.InvokeResponse_Error_StackFrame{
			Path: shortPath(frame), Line: int32(frame.Line), Label: shortLabel(frame.Function),
		})
		if !more {
			return stack
		}
	}
}

// shortPath keeps as many elements as the package's import path has, and the file's name.
func shortPath(frame runtime.Frame) string {
	at := len(frame.File)
	for left := strings.Count(frame.Function, "/") + 2; left > 0 && at != -1; left-- {
		at = strings.LastIndex(frame.File[:at], "/")
	}
	return frame.File[at+1:]
}

func shortLabel(function string) string {
	label := function[strings.LastIndex(function, "/")+1:]
	return label[strings.Index(label, ".")+1:]
}

// capture is the library's errorCapturingReader: a stream's error becomes trailers.
type capture struct {
	reader  io.Reader
	trailer map[string][]string
}

func (c *capture) Read(to []byte) (int, error) {
	if c.reader == nil {
		return 0, io.EOF
	}
	n, err := c.reader.Read(to)
	if err == nil || err == io.EOF {
		return n, err
	}
	failed := errorResponse(err)
	c.trailer["Lambda-Runtime-Function-Error-Type"] = []string{failed.Type}
	c.trailer["Lambda-Runtime-Function-Error-Body"] = []string{base64.StdEncoding.EncodeToString(marshal(failed))}
	return 0, io.EOF
}
