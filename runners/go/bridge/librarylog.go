package bridge

import (
	"bytes"
	"io"
	"log"
	"os"
	"runtime"
	"strings"
)

// libraryLog is what the standard logger writes to. aws-lambda-go logs each error that it reports, as one line of
// JSON with its own and the runtime's frames, and after a panic that the process will exit (lambda/invoke_loop.go:
// reportFailure, lambda/entry.go: start). The supervisor logs the error and the author's frames: once is enough.
type libraryLog struct {
	next io.Writer
}

// hookLog leaves a logger alone that the author has turned elsewhere.
func hookLog() {
	if log.Writer() == io.Writer(os.Stderr) {
		log.SetOutput(libraryLog{os.Stderr})
	}
}

func (l libraryLog) Write(record []byte) (int, error) {
	if isReport(record) && isLoggedByLibrary() {
		return len(record), nil
	}
	return l.next.Write(record)
}

func isReport(record []byte) bool {
	return bytes.Contains(record, []byte(`"errorType":`)) ||
		bytes.HasSuffix(record, []byte("in a panic, the process should exit\n"))
}

// isLoggedByLibrary says who has called package log.
func isLoggedByLibrary() bool {
	var callers [16]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	for {
		frame, more := frames.Next()
		ours := strings.Contains(frame.Function, "libraryLog.Write")
		if !ours && !strings.HasPrefix(frame.Function, "log.") {
			return strings.HasPrefix(frame.Function, library+"/lambda.") ||
				strings.Contains(frame.Function, directPackage+".")
		}
		if !more {
			return false
		}
	}
}
