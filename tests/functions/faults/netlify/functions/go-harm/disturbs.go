package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/aws/aws-lambda-go/lambda"
)

// disturb does something that the answer must survive.
func disturb(name string, do func()) {
	harms[name] = func() any { do(); return answered("answered") }
}

func init() {
	disturb("close-frames", func() { closeAll(0, 5) })
	disturb("close-std", func() { os.Stdin.Close(); os.Stdout.Close(); os.Stderr.Close() })
	disturb("directory", func() { _ = os.Chdir("/") })
	disturb("transport", func() { http.DefaultTransport = &http.Transport{} })
	disturb("client", func() { http.DefaultClient = &http.Client{Transport: refusing{}} })
	disturb("thread", runtime.LockOSThread)
	disturb("no-line-feed", func() { fmt.Print("no line feed") })
	disturb("second-start", func() { go lambda.Start(handler) })
	disturb("children", func() { run("trap '' TERM HUP; sleep $HARM_SLEEP & (sleep $HARM_SLEEP & exit 0); exit 0") })
	harms["many-children"] = func() any {
		run("n=0; while [ $n -lt 30 ]; do sleep $HARM_SLEEP & n=$((n+1)); done")
		os.Exit(4)
		return nil
	}
	harms["own-server"] = ownServer
	harms["stdin"] = func() any {
		text, err := io.ReadAll(os.Stdin)
		return answered(fmt.Sprintf("%d bytes, %v", len(text), err))
	}
}

type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("refused by the author")
}

func closeAll(first, end int) {
	for fd := first; fd < end; fd++ {
		_ = syscall.Close(fd)
	}
}

func run(script string) { _ = exec.Command("sh", "-c", script).Run() }

func ownServer() any {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "from its own server")
	}))
	response, err := http.Get("http://" + listener.Addr().String())
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return answered(string(text))
}
