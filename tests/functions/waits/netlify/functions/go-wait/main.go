package main

import (
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func(request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		ms, _ := strconv.Atoi(request.QueryStringParameters["ms"])
		time.Sleep(time.Duration(ms) * time.Millisecond)
		body := "waited " + request.QueryStringParameters["n"]
		return events.APIGatewayProxyResponse{StatusCode: 200, Body: body}, nil
	})
}
