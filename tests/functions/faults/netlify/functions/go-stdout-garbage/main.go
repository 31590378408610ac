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
	os.Stdout.Write([]byte("\x00\xff\xc3\x28\n\x01\x00\x00\x00\xff"))
	return map[string]any{"statusCode": 200, "body": "answered"}, nil
}

func main() { lambda.Start(handler) }
