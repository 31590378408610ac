// A function that streams: tick by tick, without end, or with an error in the middle.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func handler(_ context.Context, event map[string]string) (interface{}, error) {
	if event["mode"] == "buffered" {
		return map[string]int{"statusCode": 200}, nil
	}
	reader, writer := io.Pipe()
	go write(writer, event["mode"])
	return &events.LambdaFunctionURLStreamingResponse{
		StatusCode: 201,
		Headers:    map[string]string{"content-type": "text/plain", "x-a": "1"},
		Cookies:    []string{"a=1"},
		Body:       reader,
	}, nil
}

func write(to *io.PipeWriter, mode string) {
	switch mode {
	case "ticks":
		for i := 0; i < 3; i++ {
			fmt.Fprintf(to, "tick %d\n", i)
			time.Sleep(50 * time.Millisecond)
		}
		to.Close()
	case "error":
		fmt.Fprint(to, "half of it")
		to.CloseWithError(errors.New("the other half is lost"))
	case "silence": // one byte, then nothing for ever: only a cancel ends it
		fmt.Fprint(to, "x")
	case "endless":
		block := strings.Repeat("x", 1<<16)
		for {
			if _, err := io.WriteString(to, block); err != nil {
				fmt.Println("the writer was ended:", err)
				return
			}
		}
	}
}

func main() {
	lambda.StartWithOptions(handler, lambda.WithEnableSIGTERM(func() {
		fmt.Fprintln(os.Stderr, "goodbye")
	}))
}
