package main

import (
	"example.com/traces/stock"

	"github.com/aws/aws-lambda-go/lambda"
)

func handler() (any, error) {
	stock.Put("tea")
	return map[string]any{"statusCode": 200}, nil
}

func main() { lambda.Start(handler) }
