package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do, Body string
	Values   map[string]int
	Query    map[string]string `json:"queryStringParameters"`
}

type object = map[string]interface{}

func handle(ctx context.Context, in event) (interface{}, error) {
	if in.Do == "" {
		in.Do = in.Query["do"]
	}
	switch in.Do {
	case "context":
		return about(ctx), nil
	case "wait":
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if fail, found := failures[in.Do]; found {
		return nil, fail(in)
	}
	return object{"statusCode": 200, "body": in.Body + strangers(ctx)}, nil
}

func requestID(ctx context.Context) string {
	lc, _ := lambdacontext.FromContext(ctx)
	return lc.AwsRequestID
}

// strangers tells what else is in the context.
func strangers(ctx context.Context) string {
	text, _ := ctx.Value(key{}).(string)
	return text
}

func about(ctx context.Context) object {
	deadline, hasDeadline := ctx.Deadline()
	lc, _ := lambdacontext.FromContext(ctx)
	return object{
		"request_id":    lc.AwsRequestID,
		"arn":           lc.InvokedFunctionArn,
		"identity":      lc.Identity.CognitoIdentityID + " of " + lc.Identity.CognitoIdentityPoolID,
		"client":        lc.ClientContext,
		"trace_id":      ctx.Value("x-amzn-trace-id"),
		"has_deadline":  hasDeadline,
		"remaining_ms":  int64(time.Until(deadline) / time.Millisecond),
		"function_name": lambdacontext.FunctionName,
		"version":       lambdacontext.FunctionVersion,
		"memory_mb":     lambdacontext.MemoryLimitInMB,
		"log_group":     lambdacontext.LogGroupName,
		"log_stream":    lambdacontext.LogStreamName,
		"api":           os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" || os.Getenv("_LAMBDA_SERVER_PORT") != "",
	}
}

func init() {
	log.SetFlags(0)
	log.SetPrefix("log: ")
	fmt.Println("printed while initialising")
	_, _ = syscall.Write(2, []byte("to fd 2\n"))
}
