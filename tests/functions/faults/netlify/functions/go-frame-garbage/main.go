package main

import (
	"strings"
	"syscall"

	"github.com/aws/aws-lambda-go/lambda"
)

type event struct {
	Query map[string]string `json:"queryStringParameters"`
}

func handler(e event) (any, error) {
	if e.Query["fine"] != "" {
		return map[string]any{"statusCode": 200, "body": "fine"}, nil
	}
	for fd := 3; fd < 200; fd++ {
		syscall.Write(fd, []byte(strings.Repeat("\xff", 64)))
	}
	return map[string]any{"statusCode": 200, "body": "answered"}, nil
}

func main() { lambda.Start(handler) }
