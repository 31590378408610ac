package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

type event struct {
	Query map[string]string `json:"queryStringParameters"`
}

func handler(e event) (any, error) {
	if e.Query["fine"] != "" {
		return map[string]any{"statusCode": 200, "body": "fine"}, nil
	}
	os.Exit(3)
	return nil, nil
}

func main() { lambda.Start(handler) }
