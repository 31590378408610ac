// Does what `?do=` says, over aws-lambda-go, built without polyfn.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

type request struct {
	Query   map[string]string `json:"queryStringParameters"`
	Headers map[string]string `json:"headers"`
	Body    *string           `json:"body"`
	Base64  bool              `json:"isBase64Encoded"`
}

type onPurpose struct{}

func (onPurpose) Error() string { return "this is on purpose" }

func handle(ctx context.Context, event request) (interface{}, error) {
	switch event.Query["do"] {
	case "error":
		return nil, onPurpose{}
	case "panic":
		panic("a panic on purpose")
	case "exit":
		os.Exit(3)
	case "sleep":
		time.Sleep(time.Minute)
	case "wait":
		time.Sleep(300 * time.Millisecond)
		return who(), nil
	case "print":
		fmt.Println("printed to stdout")
		fmt.Fprintln(os.Stderr, "printed to stderr")
	case "stream", "cut":
		return stream(event.Query["do"] == "cut"), nil
	case "context":
		deadline, _ := ctx.Deadline()
		about, _ := lambdacontext.FromContext(ctx)
		told, _ := json.Marshal(map[string]interface{}{
			"request_id": about.AwsRequestID,
			"deadline":   deadline.UnixNano() / 1000000,
			"arn":        about.InvokedFunctionArn,
			"name":       lambdacontext.FunctionName,
		})
		return answer{StatusCode: 200, Body: string(told)}, nil
	case "who":
		return who(), nil
	}
	kind := event.Headers["content-type"]
	if kind == "" {
		kind = "text/plain"
	}
	body := ""
	if event.Body != nil {
		body = *event.Body
	}
	headers := map[string]string{"content-type": kind}
	return answer{StatusCode: 200, Headers: headers, Body: body, Base64: event.Base64}, nil
}

func who() answer { return answer{StatusCode: 200, Body: fmt.Sprint(os.Getpid())} }

type answer struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers,omitempty"`
	Body       string            `json:"body"`
	Base64     bool              `json:"isBase64Encoded"`
}

// Two pieces, the second once somebody must have seen the first.
func pieces(cut bool) io.Reader {
	from, to := io.Pipe()
	go func() {
		_, _ = io.WriteString(to, "first\n")
		time.Sleep(300 * time.Millisecond)
		if cut {
			_ = to.CloseWithError(errors.New("this is on purpose"))
			return
		}
		_, _ = io.WriteString(to, "second\n")
		_ = to.Close()
	}()
	return from
}

func main() {
	if os.Getenv("FAILS_TO_START") != "" {
		panic("no start on purpose")
	}
	start()
}
