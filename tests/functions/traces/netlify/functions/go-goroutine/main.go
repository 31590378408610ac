package main

import (
	"example.com/traces/stock"

	"github.com/aws/aws-lambda-go/lambda"
)

func handler() (any, error) {
	go stock.Put("tea")
	select {}
}

func main() { lambda.Start(handler) }
