package main

import (
	"errors"

	"github.com/aws/aws-lambda-go/lambda"
)

type event struct {
	Query map[string]string `json:"queryStringParameters"`
}

func handler(e event) (any, error) {
	if e.Query["fine"] != "" {
		return map[string]any{"statusCode": 200, "body": "fine"}, nil
	}
	return nil, errors.New("on purpose")
}

func main() { lambda.Start(handler) }
