package main

import (
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
)

type event struct {
	Query map[string]string `json:"queryStringParameters"`
}

func handler(e event) (any, error) {
	if e.Query["fine"] != "" {
		return map[string]any{"statusCode": 200, "body": "fine"}, nil
	}
	fmt.Println("the handler was reached")
	return map[string]any{"statusCode": 200, "body": "answered"}, nil
}

func main() { lambda.Start(handler) }
