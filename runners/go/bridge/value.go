package bridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// A handler that returns an io.Reader, or bytes (lambda.Handler), may mean a value in JSON or a body; nothing says so
// but the bytes. What is one JSON value is a value, and everything else a body, from the first byte on that
// cannot belong to a value.

var errHeldTooLong = errors.New("a value is longer than a frame")

// valueOrBody sends a value, or an error, and then is done; of a body it returns what it has read.
func (r *responseStream) valueOrBody(request *http.Request) (read []byte, isBody bool) {
	held := &holder{}
	body := io.TeeReader(request.Body, held)
	decoder := json.NewDecoder(body)
	var value json.RawMessage
	err := decoder.Decode(&value)
	if err == nil {
		err = nothingBut(io.MultiReader(decoder.Buffered(), body))
	}
	if err == errHeldTooLong {
		r.end(newFailure("Function.ResponseSizeTooLarge", fmt.Sprintf("the response is over %d bytes", maxBin)))
		return nil, false
	}
	if err != io.EOF && err != io.ErrUnexpectedEOF {
		return held.Bytes(), true
	}
	switch failed := r.session.trailedFailure(request); {
	case failed != nil:
		r.end(failed)
	case len(bytes.TrimSpace(held.Bytes())) == 0:
		r.value([]byte("null"))
	case err == io.ErrUnexpectedEOF:
		return held.Bytes(), true
	default:
		r.value(value)
	}
	return nil, false
}

var errMore = errors.New("more follows")

// nothingBut reads white space up to the end, which it returns as io.EOF.
func nothingBut(from io.Reader) error {
	buffer := make([]byte, 512)
	for {
		n, err := from.Read(buffer)
		if len(bytes.TrimSpace(buffer[:n])) > 0 {
			return errMore
		}
		if err != nil {
			return err
		}
	}
}

// holder keeps what may become one frame.
type holder struct{ bytes.Buffer }

func (h *holder) Write(data []byte) (int, error) {
	if h.Len()+len(data) > maxBin {
		return 0, errHeldTooLong
	}
	return h.Buffer.Write(data)
}

// value ends an invocation with JSON.
func (r *responseStream) value(text []byte) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.ended {
		r.ended = true
		frame := append(append(make([]byte, 0, prefixSize+len(text)), make([]byte, prefixSize)...), text...)
		r.session.finish(r.answered, binFrame(frame, typeValue, r.answered.id))
	}
}
