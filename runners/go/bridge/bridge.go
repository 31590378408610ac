// Package bridge lets an unmodified lambda.Start program run as a polyfn runner (PROTOCOL.md).
//
// It is compiled into the program beside the author's packages; its init does everything:
//
//	frame pipes ◀─▶ session ◀─▶ RoundTrip ◀── http.DefaultTransport ◀── aws-lambda-go
//
// It says HELLO and puts itself behind http.DefaultTransport for one address, which it names in
// AWS_LAMBDA_RUNTIME_API. There the Lambda Runtime API (2018-06-01) is answered inside the process; every
// other address goes where it went before. READY is sent when the program asks for its first invocation,
// and LOAD has come.
//
// Without the environment variable POLYFN_FRAME_FDS the program runs as if the bridge were not there.
//
// Of LOAD it uses protocol, function, arn and root, and main_dir, a key of its own: the directory of the
// function's package main, for traces; what it gets of both has no symbolic links in it. It does not apply env and cwd: packages read both while they
// initialise, before any bridge, so a Go program must be started with its whole environment, and with
// its directory in POLYFN_CWD (package early). To apply them again could only undo what the author's
// own initialisation set.
//
// This source is compiled by the author's toolchain under the language version of the author's go.mod,
// whatever that is: it uses nothing newer than Go 1.9's language, and the standard library of Go 1.16.
package bridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	runnerVersion = "0.1.0"
	frameFDs      = "POLYFN_FRAME_FDS"
	startDir      = "POLYFN_CWD"
	apiEnv        = "AWS_LAMBDA_RUNTIME_API"
	rpcPort       = "_LAMBDA_SERVER_PORT"

	exitDone      = 0
	exitViolation = 70
)

func init() {
	pair := os.Getenv(frameFDs)
	if pair == "" {
		return
	}
	os.Unsetenv(frameFDs)
	start(pair)
}

func start(pair string) {
	input, output, err := openFrames(pair)
	if err != nil {
		violation(err)
	}
	enterDirectory()
	s := newSession(newFrameReader(input), &frameWriter{output: output, broken: gone}, os.Exit)
	started = s
	s.hello()
	isOld := hasRPC && isBeforeAPI(libraryVersion(debug.ReadBuildInfo()))
	if !isOld {
		if real, err := listenAlone(s); err == nil {
			address = real
		}
	}
	hookDefault(s)
	hookLog()
	os.Setenv(apiEnv, address)
	os.Unsetenv(rpcPort)
	if isOld {
		startRPC(s)
	}
}

// enterDirectory does what package early could not.
func enterDirectory() {
	if dir, found := os.LookupEnv(startDir); found {
		if err := os.Chdir(dir); err != nil {
			violation(fmt.Errorf("cannot start in the function's directory: %v", err))
		}
		os.Unsetenv(startDir)
	}
}

func (s *session) hello() {
	info, _ := json.Marshal(map[string]interface{}{
		"protocol":        protocolVersion,
		"runtime":         "go",
		"runtime_version": strings.TrimPrefix(runtime.Version(), "go"),
		"runner_version":  runnerVersion,
	})
	s.frames.write(infoFrame(typeHello, info))
}

func (s *session) ready() {
	taken := time.Since(s.started) / time.Millisecond
	s.frames.write(infoFrame(typeReady, []byte(fmt.Sprintf(`{"init_ms":%d}`, taken))))
}

// receive waits for one message, and ends the process when there will be none.
func (s *session) receive() message {
	payload, err := s.input.next()
	if err == io.EOF {
		s.exit(exitDone)
	}
	if err != nil {
		violation(err)
	}
	m, err := decode(payload)
	if err != nil {
		violation(err)
	}
	return m
}

// openFrames opens the pipes. A read blocks its thread (turn.go). Writes become non-blocking, so that Go's poller waits
// where a stream's reader is slow; the supervisor's end is not touched by that.
func openFrames(pair string) (input, output *os.File, err error) {
	parts := strings.Split(pair, ",")
	if len(parts) != 2 {
		return nil, nil, fmt.Errorf("%s is %q, and must be READ,WRITE", frameFDs, pair)
	}
	if input, err = openFrame(parts[0], false); err == nil {
		output, err = openFrame(parts[1], true)
	}
	return input, output, err
}

func openFrame(text string, nonblocking bool) (*os.File, error) {
	fd, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("%s names %q, which is no file descriptor", frameFDs, text)
	}
	syscall.CloseOnExec(fd)
	if err := syscall.SetNonblock(fd, nonblocking); err != nil {
		return nil, fmt.Errorf("the frame pipe %d is not open: %v", fd, err)
	}
	return os.NewFile(uintptr(fd), "frames"), nil
}

// gone ends the process when the supervisor does not read any more; or when the author's code has closed the
// pipe, which is told.
func gone(reason error) {
	if errors.Is(reason, syscall.EBADF) || errors.Is(reason, os.ErrClosed) {
		violation(errors.New("the function has closed the descriptor by which it answers: close only what you have opened"))
	}
	os.Exit(exitDone)
}

// violation ends the process. It writes to fd 2 itself: os.Stderr is the author's to replace.
func violation(reason error) {
	_, _ = syscall.Write(2, []byte("polyfn's Go runner stops: "+reason.Error()+"\n"))
	os.Exit(exitViolation)
}
