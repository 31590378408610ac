package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type response struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body"`
}

func environment() map[string]string {
	all := map[string]string{}
	for _, each := range os.Environ() {
		name, value, _ := strings.Cut(each, "=")
		all[name] = value
	}
	return all
}

func handle(ctx context.Context, event json.RawMessage) (response, error) {
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	cwd, _ := os.Getwd()
	body, err := json.Marshal(map[string]any{
		"event": event,
		"context": map[string]any{
			"aws_request_id":       lc.AwsRequestID,
			"invoked_function_arn": lc.InvokedFunctionArn,
			"custom":               lc.ClientContext.Custom,
			"function_name":        lambdacontext.FunctionName,
			"function_version":     lambdacontext.FunctionVersion,
			"log_group_name":       lambdacontext.LogGroupName,
			"log_stream_name":      lambdacontext.LogStreamName,
			"memory_limit_in_mb":   lambdacontext.MemoryLimitInMB,
			"remaining":            time.Until(deadline).Milliseconds(),
		},
		"environment": environment(),
		"cwd":         cwd,
	})
	return response{200, map[string]string{"content-type": "application/json"}, string(body)}, err
}

func main() {
	lambda.Start(handle)
}
