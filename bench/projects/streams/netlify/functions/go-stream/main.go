// Answers "ok", and then as many bytes as it is asked for.
package main

import (
	"bytes"
	"io"
	"strconv"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

var block = bytes.Repeat([]byte("x"), 1<<16)

func handler(event events.APIGatewayProxyRequest) (*events.LambdaFunctionURLStreamingResponse, error) {
	left, _ := strconv.Atoi(event.QueryStringParameters["bytes"])
	reader, writer := io.Pipe()
	go func() {
		defer writer.Close()
		io.WriteString(writer, "ok")
		for ; left > 0; left -= len(block) {
			writer.Write(block[:min(left, len(block))])
		}
	}()
	return &events.LambdaFunctionURLStreamingResponse{StatusCode: 200, Body: reader}, nil
}

func main() { lambda.Start(handler) }
