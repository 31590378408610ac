package main

import (
	"fmt"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
)

type event struct {
	Query map[string]string `json:"queryStringParameters"`
}

func handler(e event) (any, error) {
	if e.Query["fine"] != "" {
		return map[string]any{"statusCode": 200, "body": "fine"}, nil
	}
	line := strings.Repeat("x", 999)
	for i := 0; i < 100_000; i++ {
		fmt.Println(line)
	}
	return map[string]any{"statusCode": 200, "body": "answered"}, nil
}

func main() { lambda.Start(handler) }
