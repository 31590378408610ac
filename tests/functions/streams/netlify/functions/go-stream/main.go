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

func handler(event events.APIGatewayProxyRequest) (interface{}, error) {
	query := event.QueryStringParameters
	headers := map[string]string{"content-type": "text/plain"}
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(write(writer, query)) }()
	switch query["as"] {
	case "api":
		cookies := map[string][]string{"set-cookie": {"a=1", "b=2"}}
		return &events.APIGatewayProxyStreamingResponse{Headers: headers, MultiValueHeaders: cookies, Body: reader}, nil
	case "reader":
		return reader, nil
	case "typed":
		return typed{reader}, nil
	case "panics":
		return io.MultiReader(bytes.NewReader([]byte("half")), broken{}), nil
	}
	return &events.LambdaFunctionURLStreamingResponse{StatusCode: 200, Headers: headers, Body: reader}, nil
}

// typed is a reader that says what it reads.
type typed struct{ *io.PipeReader }

func (typed) ContentType() string { return "text/event-stream" }

type broken struct{}

func (broken) Read([]byte) (int, error) { panic("the reader is broken") }

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
