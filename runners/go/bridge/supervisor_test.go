package bridge

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

const patience = 10 * time.Second

// framesAhead is how many frames lie between the session and a test that has not asked for them.
const framesAhead = 2

// supervisor stands at the other end of a session's pipes.
type supervisor struct {
	t      *testing.T
	input  *io.PipeWriter
	frames chan sent
	exits  chan int
	client *http.Client

	session *session
}

// sent is a message from the runner, its fields as far as tests look at them.
type sent struct {
	kind, id, status uint32
	headers          []string
	data             string
	fatal            bool
}

// forBothWays runs a test against the transport itself, as aws-lambda-go up to 1.54 uses it, and a clone of it.
func forBothWays(t *testing.T, test func(*testing.T, *supervisor)) {
	for name, clone := range map[string]bool{"call": false, "connection": true} {
		clone := clone
		t.Run(name, func(t *testing.T) { test(t, newSupervisor(t, clone)) })
	}
}

func newSupervisor(t *testing.T, clone bool) *supervisor {
	t.Helper()
	inputReader, inputWriter := io.Pipe()
	outputReader, outputWriter := io.Pipe()
	s := &supervisor{t: t, input: inputWriter, frames: make(chan sent, framesAhead), exits: make(chan int, 10)}
	exit := func(status int) {
		s.exits <- status
		runtime.Goexit()
	}
	session := newSession(newFrameReader(inputReader), &frameWriter{output: outputWriter, broken: func(error) { exit(-1) }}, exit)
	s.session = session
	transport := &http.Transport{}
	hook(transport, session)
	if clone {
		transport = transport.Clone()
	}
	s.client = &http.Client{Transport: transport}
	go s.read(outputReader)
	t.Cleanup(func() {
		s.input.Close()
		outputReader.Close()
		s.client.CloseIdleConnections()
	})
	return s
}

func (s *supervisor) read(from io.Reader) {
	for frames := newFrameReader(from); ; {
		payload, err := frames.next()
		if err != nil {
			return
		}
		in := &reader{data: payload}
		in.array()
		got := sent{kind: in.uint(), id: in.uint()}
		switch got.kind {
		case typeHello, typeReady, typeValue, typeChunk:
			got.data = string(in.bin())
		case typeHead:
			got.status = in.uint()
			for n := in.array(); n > 0; n-- {
				got.headers = append(got.headers, in.str())
			}
		case typeError:
			got.data = string(in.bin())
			got.fatal = in.byte() == 0xc3
		}
		if err := in.finish(); err != nil {
			s.t.Errorf("a frame is wrong: %v", err)
		}
		s.frames <- got
	}
}

func (s *supervisor) send(frame []byte) {
	s.t.Helper()
	if _, err := s.input.Write(finish(frame)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *supervisor) load() {
	s.t.Helper()
	spec := `{"protocol":1,"function":"f","arn":"arn:aws:f"}`
	s.send(append(appendBinHeader(begin(nil, typeLoad, 0, 1), len(spec)), spec...))
}

func (s *supervisor) invoke(id uint32, requestID, event, extras string) {
	s.t.Helper()
	frame := appendStr(begin(nil, typeInvoke, id, 7), requestID)
	frame = appendUint(appendUint(frame, 5000), 1)
	frame = append(appendBinHeader(frame, len(event)), event...)
	frame = append(appendUint(frame, bodyRaw), 0xc0)
	if extras == "" {
		frame = append(frame, 0xc0)
	} else {
		frame = append(appendBinHeader(frame, len(extras)), extras...)
	}
	s.send(frame)
}

func (s *supervisor) expect(kind uint32) sent {
	s.t.Helper()
	select {
	case got := <-s.frames:
		if got.kind != kind {
			s.t.Fatalf("message %+v came, type %d was expected", got, kind)
		}
		return got
	case <-time.After(patience):
		s.t.Fatalf("no message of type %d came", kind)
		return sent{}
	}
}

func (s *supervisor) expectExit(want int) {
	s.t.Helper()
	select {
	case got := <-s.exits:
		if got != want {
			s.t.Errorf("it exited with %d", got)
		}
	case <-time.After(patience):
		s.t.Error("it did not exit")
	}
}

// begin takes a session to its first invocation, id 1, request id "r1", and returns what the program got.
func (s *supervisor) begin() (*http.Response, string) {
	s.t.Helper()
	s.load()
	s.invoke(1, "r1", `{"a":1}`, "")
	response, body := s.get("next")
	s.expect(typeReady)
	return response, body
}

func (s *supervisor) get(path string) (*http.Response, string) {
	s.t.Helper()
	return s.do(http.MethodGet, invokePath+path, nil, nil)
}

// ask asks without waiting for an answer that may never come.
func (s *supervisor) ask(path string) {
	if response, err := s.client.Get("http://" + address + invokePath + path); err == nil {
		response.Body.Close()
	}
}

func (s *supervisor) post(path string, body io.Reader, header http.Header) (*http.Response, string) {
	s.t.Helper()
	return s.do(http.MethodPost, path, body, header)
}

func (s *supervisor) do(method, path string, body io.Reader, header http.Header) (*http.Response, string) {
	s.t.Helper()
	request, err := http.NewRequest(method, "http://"+address+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, values := range header {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			request.Trailer = http.Header{name[len(http.TrailerPrefix):]: values}
		} else {
			request.Header[name] = values
		}
	}
	response, err := s.client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response, string(got)
}
