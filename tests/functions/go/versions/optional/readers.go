// needs: (io.Reader, error)
package main

import (
	"io"
	"log"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
)

// page is an io.ReadCloser.
type page struct{ text io.Reader }

func (p page) Read(to []byte) (int, error) { return p.text.Read(to) }

func (page) Close() error {
	log.Print("closed")
	return nil
}

func init() {
	const text = `{"statusCode":201,"body":"read"}`
	signatures["io.Reader"] = func() (io.Reader, error) { return strings.NewReader(text), nil }
	signatures["io.ReadCloser"] = func() (interface{}, error) { return page{strings.NewReader(text)}, nil }
	for _, name := range []string{"io.Reader", "io.ReadCloser"} {
		handler := signatures[name]
		starts[name] = func() { lambda.Start(handler) }
	}
}
