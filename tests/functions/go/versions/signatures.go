package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
)

type item struct {
	Name string `json:"name"`
	Size int    `json:"size,omitempty"`
}

func (i item) doubled() item { return item{i.Name + i.Name, 2 * i.Size} }

// failing is an error where the item has no name.
func (i item) failing() error {
	if i.Name == "" {
		return errors.New("it has no name")
	}
	return nil
}

// signatures are all that lambda.Start documents, then types that come in and go out.
var signatures = map[string]interface{}{
	"func()":                           func() { log.Print("called") },
	"func(TIn)":                        func(in item) { log.Print("called with ", in.Name) },
	"func() error":                     func() error { return errors.New("it has no name") },
	"func(TIn) error":                  func(in item) error { return in.failing() },
	"func() (TOut, error)":             func() (item, error) { return item{"out", 1}, nil },
	"func(TIn) (TOut, error)":          func(in item) (item, error) { return in.doubled(), in.failing() },
	"func(Context)":                    func(ctx context.Context) { log.Print("called by ", requestID(ctx)) },
	"func(Context) error":              func(ctx context.Context) error { return errors.New(requestID(ctx)) },
	"func(Context) (TOut, error)":      func(ctx context.Context) (string, error) { return requestID(ctx), nil },
	"func(Context, TIn)":               func(ctx context.Context, in item) { log.Print(in.Name, " by ", requestID(ctx)) },
	"func(Context, TIn) error":         func(_ context.Context, in item) error { return in.failing() },
	"func(Context, TIn) (TOut, error)": func(_ context.Context, in item) (item, error) { return in.doubled(), in.failing() },
	"pointers":                         func(in *item) (*item, error) { in.Name += "!"; return in, nil },
	"nil pointer":                      func(in *item) (*item, error) { return nil, nil },
	"maps":                             func(in map[string]item) (map[string]item, error) { return in, nil },
	"slices":                           func(in []string) ([]string, error) { return in[1:], nil },
	"strings":                          func(in string) (string, error) { return strings.ToUpper(in), nil },
	"numbers":                          func(in int64) (int64, error) { return in + 1, nil },
	"[]byte":                           func(in []byte) ([]byte, error) { return in[:2], nil },
	"json.RawMessage":                  func(in json.RawMessage) (json.RawMessage, error) { return in, nil },
	"interface{}":                      func(_ context.Context, in interface{}) (interface{}, error) { return in, nil },
	"three arguments":                  func(context.Context, item, item) error { return nil },
	"two arguments without a Context":  func(item, item) error { return nil },
	"three results":                    func() (item, item, error) { return item{}, item{}, nil },
	"two results without an error":     func() (item, item) { return item{}, item{} },
	"a result that is no error":        func() item { return item{} },
	"what JSON cannot hold":            func() (interface{}, error) { return make(chan int), nil },
}

func init() {
	for name := range signatures {
		handler := signatures[name]
		starts[name] = func() { lambda.Start(handler) }
	}
	starts["a Handler's bytes that are no JSON"] = func() { lambda.StartHandler(invoker{`"`}) }
}
