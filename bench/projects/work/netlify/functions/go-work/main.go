// Waits `wait` ms, keeps its thread busy for `spin` ms, then answers with the body it got.
package main

import (
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func handle(request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	time.Sleep(milliseconds(request.QueryStringParameters["wait"]))
	for end := time.Now().Add(milliseconds(request.QueryStringParameters["spin"])); time.Now().Before(end); {
	}
	body := request.Body
	if body == "" {
		body = "ok"
	}
	return events.APIGatewayProxyResponse{
		StatusCode: 200,
		Headers:    map[string]string{"content-type": "text/plain"},
		Body:       body,
	}, nil
}

func milliseconds(text string) time.Duration {
	number, _ := strconv.Atoi(text)
	return time.Duration(number) * time.Millisecond
}

func main() {
	lambda.Start(handle)
}
