// Answers as its kind says, with what has called it: the functions on its stack.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

var long = strings.Repeat("größe <b>&\u2028\"\\\n", 4096)

// proxy is called by package direct itself: its types leave no doubt about their JSON.
func proxy(ctx context.Context, event events.APIGatewayProxyRequest) (*events.APIGatewayProxyResponse, error) {
	answer := &events.APIGatewayProxyResponse{StatusCode: 201, IsBase64Encoded: event.IsBase64Encoded}
	switch event.Path {
	case "long":
		answer.Body = long
		answer.Headers = map[string]string{"x-b": "1", "X-A": "ü", "both": "single"}
		answer.MultiValueHeaders = map[string][]string{"Both": {"1", "2"}}
	case "no text":
		answer.Body = long + "\xff"
	case "no status":
		return nil, nil
	case "error":
		return nil, errors.New("it went wrong")
	case "panic":
		deeper(nil)
	case "stack":
		answer.Body = string(debug.Stack())
	case "context":
		found, _ := lambdacontext.FromContext(ctx)
		deadline, _ := ctx.Deadline()
		about, _ := json.Marshal([]interface{}{found, deadline.UnixNano() % 1e6, ctx.Value("base"), os.Getenv("_X_AMZN_TRACE_ID")})
		answer.Body = string(about)
	default:
		answer.Body = event.Body
	}
	return answer, nil
}

//go:noinline
func deeper(none map[string]int) { none["x"]++ }

// custom has its own idea of its JSON.
type custom struct {
	StatusCode int    `json:"statusCode"`
	Body       string `json:"body"`
}

func (c custom) MarshalJSON() ([]byte, error) {
	return []byte(`{"statusCode":299,"body":"its own"}`), nil
}

type embedding struct{ events.APIGatewayProxyRequest }

type raw struct{}

func (raw) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	return json.Marshal(string(debug.Stack()) + string(payload[:1]))
}

func main() {
	switch os.Getenv("KIND") {
	case "custom":
		lambda.Start(func() (custom, error) { return custom{200, long}, nil })
	case "embedding":
		lambda.Start(func(event embedding) (events.APIGatewayV2HTTPResponse, error) {
			return events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: event.Body}, nil
		})
	case "reader":
		lambda.Start(func() (io.Reader, error) { return bytes.NewReader([]byte(`{"read":1}`)), nil })
	case "raw":
		lambda.Start(raw{})
	default:
		lambda.StartWithContext(context.WithValue(context.Background(), "base", "kept"), proxy)
	}
}
