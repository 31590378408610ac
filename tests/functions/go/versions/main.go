// A program that starts as FEATURE says, and then does what its event asks for.
//
// It compiles with every aws-lambda-go since v1.13: what newer ones add has a file of its own in optional/, named
// by what it needs, which is copied beside this one where the library has that.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

// starts holds what main does, by the name of the feature.
var starts = map[string]func(){
	"Start":        func() { lambda.Start(handle) },
	"StartHandler": func() { lambda.StartHandler(invoker{"StartHandler"}) },
	"nil":          func() { lambda.Start(nil) },
	"text":         func() { lambda.Start("text") },
	"no start":     func() {},
}

// invoker is a lambda.Handler.
type invoker struct{ name string }

func (i invoker) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return []byte(`{"by":"` + i.name + `","got":` + string(payload) + valueIn(ctx) + `}`), nil
}

type key struct{}

// valueIn tells what a base context has brought, as a field of JSON.
func valueIn(ctx context.Context) string {
	if text, ok := ctx.Value(key{}).(string); ok {
		return `,"value":"` + text + `"`
	}
	return ""
}

func withValue(text string) context.Context {
	return context.WithValue(context.Background(), key{}, text)
}

func main() { starts[os.Getenv("FEATURE")]() }
