// A function that does what its event asks for. It compiles with every aws-lambda-go since v1.18.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"example.com/site/early"
)

// Names that would collide with the runner's if it were compiled into this package.
var address, session, api, next = "mine", "mine", "mine", "mine"

var atStart = func() string {
	fmt.Println("printed while initialising")
	os.Stdout, os.Stderr = nil, nil
	return os.Getenv("GREETING") + address + session + api + next
}()

type customError struct{ code int }

func (e *customError) Error() string { return fmt.Sprintf("code %d", e.code) }

type object = map[string]interface{}

func handler(ctx context.Context, raw json.RawMessage) (interface{}, error) {
	var event struct{ Mode, Body, URL string }
	if err := json.Unmarshal(raw, &event); err != nil {
		return nil, err
	}
	switch event.Mode {
	case "event":
		return raw, nil
	case "nothing":
		return nil, nil
	case "error":
		return nil, errors.New("it went wrong")
	case "custom error":
		return nil, &customError{7}
	case "panic":
		deeper(nil)
	case "goroutine panic":
		go panic("in the background")
		time.Sleep(time.Minute)
	case "exit":
		os.Exit(3)
	case "busy":
		for {
		}
	case "print":
		_, _ = syscall.Write(1, []byte("to fd 1\n"))
		_, _ = syscall.Write(2, []byte("to fd 2\n"))
		_, _ = syscall.Write(4, []byte("to fd 4\n"))
		return nil, nil
	case "close":
		return nil, errors.Join(syscall.Close(3), syscall.Close(4))
	case "child":
		fds, err := exec.Command("/bin/sh", "-c", "exec ls -l /proc/self/fd").Output()
		return string(fds), err
	case "get":
		return get(event.URL)
	case "context":
		return about(ctx), nil
	}
	return object{"statusCode": 200, "body": event.Body}, nil
}

func deeper(values map[string]int) { values["x"] = 1 }

func get(url string) (string, error) {
	response, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

func about(ctx context.Context) object {
	cwd, _ := os.Getwd()
	deadline, _ := ctx.Deadline()
	lc, _ := lambdacontext.FromContext(ctx)
	_, frames := os.LookupEnv("POLYFN_FRAME_FDS")
	_, start := os.LookupEnv("POLYFN_CWD")
	return object{
		"cwd": cwd, "early": early.Read, "atStart": atStart, "leftOver": frames || start,
		"remaining_ms": time.Until(deadline).Milliseconds(), "request_id": lc.AwsRequestID,
		"arn": lc.InvokedFunctionArn, "client": lc.ClientContext.Custom, "identity": lc.Identity.CognitoIdentityID,
		"trace": ctx.Value("x-amzn-trace-id"), "name": lambdacontext.FunctionName,
	}
}

func main() { lambda.Start(handler) }
