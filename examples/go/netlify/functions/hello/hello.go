// The smallest Go function: an unmodified lambda.Start program.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

func handle(ctx context.Context, request events.APIGatewayProxyRequest) (*events.APIGatewayProxyResponse, error) {
	lc, _ := lambdacontext.FromContext(ctx)
	return &events.APIGatewayProxyResponse{
		StatusCode: 200,
		Headers:    map[string]string{"x-request-id": lc.AwsRequestID},
		Body:       "Hello from " + request.HTTPMethod + " " + request.Path + "\n",
	}, nil
}

func main() {
	lambda.Start(handle)
}
