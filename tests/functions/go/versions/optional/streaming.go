// needs: type LambdaFunctionURLStreamingResponse struct
package main

import (
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func init() {
	starts["LambdaFunctionURLStreamingResponse"] = func() {
		lambda.Start(func() (*events.LambdaFunctionURLStreamingResponse, error) {
			return &events.LambdaFunctionURLStreamingResponse{StatusCode: 201, Body: strings.NewReader("streamed")}, nil
		})
	}
}
