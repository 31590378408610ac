// Streams of every kind: what to do stands in the query, and the tests talk to it by files.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

var block = bytes.Repeat([]byte("x"), 1<<16)

func handler(event events.APIGatewayProxyRequest) (*events.LambdaFunctionURLStreamingResponse, error) {
	query := event.QueryStringParameters
	headers := map[string]string{"content-type": "text/plain"}
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(write(writer, query)) }()
	return &events.LambdaFunctionURLStreamingResponse{StatusCode: 200, Headers: headers, Body: reader}, nil
}

func write(to io.Writer, query map[string]string) error {
	switch query["mode"] {
	case "pid":
		fmt.Fprint(to, os.Getpid())
	case "steps":
		fmt.Fprint(to, "one\n")
		for !exists(query["file"]) {
			time.Sleep(5 * time.Millisecond)
		}
		fmt.Fprint(to, "two\n")
	case "endless":
		for blocks := 1; ; blocks++ {
			os.WriteFile(query["file"], []byte(strconv.Itoa(blocks*len(block))), 0o600)
			if _, err := to.Write(block); err != nil {
				os.WriteFile(query["file"]+".ended", nil, 0o600)
				return err
			}
		}
	case "size":
		left, _ := strconv.Atoi(query["size"])
		for ; left > 0; left -= len(block) {
			to.Write(block[:min(left, len(block))])
		}
	case "ticks":
		for {
			if _, err := fmt.Fprint(to, "tick\n"); err != nil {
				return err
			}
			time.Sleep(50 * time.Millisecond)
		}
	case "fails":
		fmt.Fprint(to, "half")
		return errors.New("the other half is lost")
	}
	return nil
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func main() { lambda.Start(handler) }
