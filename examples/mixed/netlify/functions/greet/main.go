// Greets in a few languages. It shares the go.mod at the top of the repository.
package main

import (
	"context"
	"log"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

var greetings = map[string]string{"de": "Guten Tag", "en": "Good day", "fr": "Bonjour"}

func handle(_ context.Context, request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	greeting, known := greetings[request.QueryStringParameters["lang"]]
	if !known {
		greeting = greetings["en"]
	}
	log.Printf("greeting in %q", request.QueryStringParameters["lang"])
	return events.APIGatewayProxyResponse{
		StatusCode: 200,
		Headers:    map[string]string{"content-type": "text/plain; charset=utf-8"},
		Body:       greeting + "!\n",
	}, nil
}

func main() {
	lambda.Start(handle)
}
