package bridge

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// failure is what ERROR carries.
type failure struct {
	Type    string   `json:"errorType"`
	Message string   `json:"errorMessage"`
	Trace   []string `json:"trace"`

	isPanic bool
}

func newFailure(kind, text string) *failure {
	return &failure{Type: kind, Message: text, Trace: []string{}}
}

func (f *failure) encode() []byte {
	encoded, _ := json.Marshal(f) // strings only: it cannot fail
	return encoded
}

// reportedFailure reads what a program posted to …/error.
func reportedFailure(request *http.Request) *failure {
	body, err := io.ReadAll(io.LimitReader(request.Body, maxErrorBytes))
	if err != nil {
		return newFailure("Runtime.Unknown", fmt.Sprintf("its error could not be read: %v", err))
	}
	return parseFailure(body, request.Header.Get("Lambda-Runtime-Function-Error-Type"))
}

// parseFailure understands aws-lambda-go's shape (lambda/messages/messages.go: InvokeResponse_Error). Only a panic
// has a stack there, and after reporting a panic the program exits (lambda/errors.go: lambdaPanicResponse).
func parseFailure(body []byte, fallbackType string) *failure {
	var reported struct {
		Type    string          `json:"errorType"`
		Message string          `json:"errorMessage"`
		Stack   json.RawMessage `json:"stackTrace"`
	}
	if err := json.Unmarshal(body, &reported); err != nil {
		reported.Message = string(body)
	}
	if reported.Type == "" {
		reported.Type = fallbackType
	}
	if reported.Type == "" {
		reported.Type = "Error"
	}
	parsed := newFailure(reported.Type, reported.Message)
	var frames []stackFrame
	if json.Unmarshal(reported.Stack, &frames) == nil {
		parsed.isPanic = len(frames) > 0
		parsed.Trace = authorsTrace(frames)
	} else if json.Unmarshal(reported.Stack, &parsed.Trace) != nil {
		parsed.Trace = []string{}
	}
	return parsed
}

type stackFrame struct {
	Path  string `json:"path"`
	Line  int    `json:"line"`
	Label string `json:"label"`
}

// authorsTrace leaves out what led from the author's code to the panic's report, and everything from the
// library on that called the handler: what is between is the author's.
func authorsTrace(frames []stackFrame) []string {
	for i, frame := range frames {
		if frame.Path == "runtime/panic.go" && frame.Label == "gopanic" {
			frames = frames[i+1:]
			break
		}
	}
	for i, frame := range frames {
		if hasPrefix(frame, library+"@", library+"/") {
			frames = frames[:i]
			break
		}
	}
	for len(frames) > 0 && hasPrefix(frames[len(frames)-1], "reflect/") {
		frames = frames[:len(frames)-1]
	}
	for len(frames) > 0 && hasPrefix(frames[0], "runtime/", "maps/runtime_") {
		frames = frames[1:]
	}
	lines := make([]string, 0, len(frames))
	for _, frame := range frames {
		lines = append(lines, fmt.Sprintf("%s:%d %s", frame.Path, frame.Line, frame.Label))
	}
	return lines
}

func hasPrefix(frame stackFrame, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(frame.Path, prefix) {
			return true
		}
	}
	return false
}
