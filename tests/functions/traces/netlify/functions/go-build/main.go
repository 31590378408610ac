package main

import (
	"example.com/traces/stock"

	"github.com/aws/aws-lambda-go/lambda"
)

func handler() (any, error) {
	return stock.Take("tea"), nil
}

func main() { lambda.Start(handler) }
