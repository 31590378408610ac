//go:build polyfn.rpc
// +build polyfn.rpc

package bridge

import (
	"net"
	"net/rpc"
	"strings"
	"testing"
	"time"
)

// The types of aws-lambda-go v1.13.3, lambda/messages/messages.go.

type PingResponse struct{}

type InvokeRequest struct {
	Payload               []byte
	RequestId             string
	XAmznTraceId          string
	Deadline              struct{ Seconds, Nanos int64 }
	InvokedFunctionArn    string
	CognitoIdentityId     string
	CognitoIdentityPoolId string
	ClientContext         []byte
}

type InvokeError struct {
	Message    string
	Type       string
	StackTrace []*StackFrame
	ShouldExit bool
}

type StackFrame struct {
	Path  string `json:"path"`
	Line  int32  `json:"line"`
	Label string `json:"label"`
}

type InvokeResponse struct {
	Payload []byte
	Error   *InvokeError
}

type PingRequest = struct{}

// Function is the library's service, with a handler for tests.
type Function struct {
	handler func(*InvokeRequest, *InvokeResponse)
}

func (f *Function) Ping(_ *PingRequest, _ *PingResponse) error { return nil }

func (f *Function) Invoke(request *InvokeRequest, response *InvokeResponse) error {
	f.handler(request, response)
	return nil
}

// serveRPCFor serves a handler as the old library would be, each test with a server of its own.
func serveRPCFor(t *testing.T, handler func(*InvokeRequest, *InvokeResponse)) *supervisor {
	t.Helper()
	before := rpc.DefaultServer
	rpc.DefaultServer = rpc.NewServer()
	t.Cleanup(func() { rpc.DefaultServer = before })
	s := newSupervisor(t, false)
	go func() {
		awaitService()
		serveRPC(s.session)
	}()
	if err := rpc.Register(&Function{handler}); err != nil {
		t.Fatal(err)
	}
	s.load()
	s.expect(typeReady)
	return s
}

func TestRPCServiceGetsTheWholeRequest(t *testing.T) {
	var got InvokeRequest
	s := serveRPCFor(t, func(request *InvokeRequest, response *InvokeResponse) {
		got, response.Payload = *request, []byte(`{"b":2}`)
	})
	began := time.Now()
	s.invoke(7, "r7", `{"a":1}`, `{"client_context":{"custom":{"k":"v"}},"identity":{"cognitoIdentityId":"me","cognitoIdentityPoolId":"pool"},"trace_id":"Root=1"}`)
	if value := s.expect(typeValue); value.id != 7 || value.data != `{"b":2}` {
		t.Errorf("%+v", value)
	}
	left := time.Unix(got.Deadline.Seconds, got.Deadline.Nanos).Sub(began)
	if left < 4*time.Second || left > 6*time.Second {
		t.Errorf("%v are left", left)
	}
	if string(got.Payload) != `{"a":1}` || got.RequestId != "r7" || got.XAmznTraceId != "Root=1" ||
		got.InvokedFunctionArn != "arn:aws:f" || got.CognitoIdentityId != "me" ||
		got.CognitoIdentityPoolId != "pool" || string(got.ClientContext) != `{"custom":{"k":"v"}}` {
		t.Errorf("%+v", got)
	}
}

func TestRPCServiceFailsAndGoesOn(t *testing.T) {
	s := serveRPCFor(t, func(_ *InvokeRequest, response *InvokeResponse) {
		response.Error = &InvokeError{Type: "errorString", Message: "no"}
	})
	for id := uint32(1); id < 3; id++ {
		s.invoke(id, "r", `{}`, "")
		got := s.expect(typeError)
		if got.id != id || got.fatal || got.data != `{"errorType":"errorString","errorMessage":"no","trace":[]}` {
			t.Errorf("%+v", got)
		}
	}
}

func TestRPCServiceThatPanickedEndsTheProcess(t *testing.T) {
	s := serveRPCFor(t, func(_ *InvokeRequest, response *InvokeResponse) {
		response.Error = &InvokeError{Type: "string", Message: "oh", ShouldExit: true, StackTrace: []*StackFrame{
			{"runtime/panic.go", 1, "gopanic"}, {"hello/main.go", 5, "handler"}, {library + "/lambda/function.go", 6, "x"},
		}}
	})
	s.invoke(1, "r", `{}`, "")
	got := s.expect(typeError)
	if !got.fatal || !strings.Contains(got.data, `"trace":["hello/main.go:5 handler"]`) {
		t.Errorf("%+v", got)
	}
	s.expectExit(exitFailed)
}

func TestRPCServiceIsDrained(t *testing.T) {
	s := serveRPCFor(t, func(*InvokeRequest, *InvokeResponse) {})
	s.send(begin(nil, typeDrain, 0, 0))
	s.expectExit(exitDone)
}

func TestReservedPortIsFreeForTheLibraryAndDeafAfterwards(t *testing.T) {
	port, registered := reservePort()
	listener, err := net.Listen("tcp", "localhost:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	registered()
	if c, err := net.DialTimeout("tcp", listener.Addr().String(), 300*time.Millisecond); err == nil {
		c.Close()
		t.Error("somebody could call the function over the port")
	}
}
