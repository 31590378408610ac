package bridge

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const (
	jsonType        = "application/json"
	unknownType     = "application/octet-stream" // aws-lambda-go's for a reader that names no type
	integrationType = "application/vnd.awslambda.http-integration-response"
	headerMode      = "Lambda-Runtime-Function-Response-Mode"

	// Trailers by which a response that has begun says that it failed.
	trailerErrorType = "Lambda-Runtime-Function-Error-Type"
	trailerErrorBody = "Lambda-Runtime-Function-Error-Body"

	firstBuffer = 4 << 10
	keptBuffer  = 1 << 20
)

var errTooLarge = errors.New("the response is longer than a frame")

// respond ends an invocation with what the handler returned. Its error is one of reading the request.
func (s *session) respond(answered *invocation, request *http.Request) error {
	if isStreaming(request) {
		s.stream(answered, request)
		return nil
	}
	buffer := s.borrow()
	defer func() { s.giveBack(buffer) }()
	var err error
	buffer, err = readAll(buffer, request.Body)
	if err == errTooLarge {
		s.fail(answered, tooLarge(), false)
		return nil
	}
	if err != nil {
		return err
	}
	if failed := s.trailedFailure(request); failed != nil {
		s.fail(answered, failed, false)
		return nil
	}
	value := buffer[prefixSize:]
	if len(value) == 0 {
		buffer = append(buffer, "null"...)
	} else if kind := request.Header.Get("Content-Type"); kind != jsonType && !json.Valid(value) {
		s.fail(answered, newFailure("Runtime.MarshalError", fmt.Sprintf(
			"the handler returned %d bytes that are not JSON (content type %q)", len(value), kind)), false)
		return nil
	}
	s.finish(answered, binFrame(buffer, typeValue, answered.id))
	return nil
}

// isStreaming tells a response that must be sent on while it comes. aws-lambda-go sends no response mode, but JSON
// only when the handler returned no io.Reader (lambda/handler.go: jsonOutBuffer).
func isStreaming(request *http.Request) bool {
	return !isJSON(request.Header.Get("Content-Type")) || strings.EqualFold(request.Header.Get(headerMode), "streaming")
}

func hasPrelude(request *http.Request) bool {
	return request.Header.Get("Content-Type") == integrationType
}

// isJSON tells a content type that an author has given to a reader of JSON.
func isJSON(kind string) bool {
	if semicolon := strings.IndexByte(kind, ';'); semicolon >= 0 {
		kind = kind[:semicolon]
	}
	return strings.EqualFold(strings.TrimSpace(kind), jsonType)
}

// trailedFailure reads an error out of the trailers, which are there once the body was read to its end.
func (s *session) trailedFailure(request *http.Request) *failure {
	kind := request.Trailer.Get(trailerErrorType)
	encoded := request.Trailer.Get(trailerErrorBody)
	if kind == "" && encoded == "" {
		return nil
	}
	body, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		body = []byte(encoded)
	}
	return parseFailure(body, kind, s.place())
}

// readAll appends everything to a buffer that begins with prefixSize bytes of room.
func readAll(buffer []byte, from io.Reader) ([]byte, error) {
	for {
		if len(buffer) == cap(buffer) {
			// By itself append adds a quarter: a long answer would be copied four times over.
			larger := make([]byte, len(buffer), 2*cap(buffer))
			copy(larger, buffer)
			buffer = larger
		}
		n, err := from.Read(buffer[len(buffer):cap(buffer)])
		buffer = buffer[:len(buffer)+n]
		if len(buffer) > prefixSize+maxBin {
			return buffer, errTooLarge
		}
		if err == io.EOF {
			return buffer, nil
		}
		if err != nil {
			return buffer, err
		}
	}
}

func (s *session) borrow() []byte {
	if kept, ok := s.buffers.Get().(*[]byte); ok {
		return (*kept)[:prefixSize]
	}
	return make([]byte, prefixSize, firstBuffer)
}

func (s *session) giveBack(buffer []byte) {
	if cap(buffer) <= keptBuffer {
		s.buffers.Put(&buffer)
	}
}
