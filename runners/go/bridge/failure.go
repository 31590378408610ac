package bridge

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
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
func (s *session) reportedFailure(request *http.Request) *failure {
	body, err := io.ReadAll(io.LimitReader(request.Body, maxErrorBytes))
	if err != nil {
		return newFailure("Runtime.Unknown", fmt.Sprintf("its error could not be read: %v", err))
	}
	return parseFailure(body, request.Header.Get("Lambda-Runtime-Function-Error-Type"), s.place())
}

// parseFailure understands aws-lambda-go's shape (lambda/messages/messages.go: InvokeResponse_Error). After
// reporting a panic, which has a stack there, the program exits (lambda/errors.go: lambdaPanicResponse).
func parseFailure(body []byte, fallbackType string, in project) *failure {
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
		from := afterPanic(frames)
		parsed.isPanic = from > 0
		parsed.Trace = in.lines(authorsFrames(frames[from:]))
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

// afterPanic finds the first frame before a panic; 0 when there was none. An author's messages.InvokeResponse_Error
// may have a stack of its own, and the program goes on.
func afterPanic(frames []stackFrame) int {
	for i, frame := range frames {
		if frame.Path == "runtime/panic.go" && frame.Label == "gopanic" {
			return i + 1
		}
	}
	return 0
}

// authorsFrames leaves out everything from the library on that called the handler, and the runtime's own frames
// before the author's.
func authorsFrames(frames []stackFrame) []stackFrame {
	for i, frame := range frames {
		if hasPrefix(frame, library+"@", library+"/") || strings.Contains(frame.Path, directPackage+"/") {
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
	return frames
}

// place is asked for before LOAD too, by a program that reports that it cannot start.
func (s *session) place() project {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.project
}

// project is where the author's files are: what paths in a trace are relative to.
type project struct {
	root    string
	mainDir string // of the function's package main
}

func (p project) lines(frames []stackFrame) []string {
	lines := make([]string, 0, len(frames))
	for _, frame := range frames {
		lines = append(lines, fmt.Sprintf("%s:%d %s", p.placed(frame.Path), frame.Line, frame.Label))
	}
	return lines
}

// placed finds the file that a path means of which aws-lambda-go has kept the end only: as many elements as the
// package's import path has, and one more (lambda/panics.go: formatFrame). Every such end begins in a directory
// that leads to the function.
func (p project) placed(end string) string {
	for dir := p.mainDir; strings.HasPrefix(dir, "/"); dir = parent(dir) {
		file := dir + "/" + end
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return strings.TrimPrefix(file, p.root+"/")
		}
	}
	return end
}

// parent of a clean, absolute path is empty for the root's children too, where no project is.
func parent(dir string) string {
	return dir[:strings.LastIndexByte(dir, '/')]
}

func hasPrefix(frame stackFrame, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(frame.Path, prefix) {
			return true
		}
	}
	return false
}
