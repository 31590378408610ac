//go:build !oldest
// +build !oldest

package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func stream(cut bool) interface{} {
	return &events.LambdaFunctionURLStreamingResponse{
		StatusCode: 201,
		Headers:    map[string]string{"x-from": "go"},
		Body:       pieces(cut),
	}
}

func start() {
	lambda.StartWithOptions(handle, lambda.WithEnableSIGTERM(func() {
		fmt.Fprintln(os.Stderr, "told to stop")
	}))
}
