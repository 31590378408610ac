package main

import (
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

type event struct {
	Query map[string]string `json:"queryStringParameters"`
}

func handler(e event) (any, error) {
	if e.Query["fine"] != "" {
		return map[string]any{"statusCode": 200, "body": "fine"}, nil
	}
	signal.Ignore(syscall.SIGTERM)
	fmt.Println("stubborn")
	time.Sleep(time.Minute)
	return map[string]any{"statusCode": 200, "body": "answered"}, nil
}

func main() { lambda.Start(handler) }
