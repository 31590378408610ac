//go:build polyfn.rpc
// +build polyfn.rpc

package bridge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/rpc"
	"os"
	"reflect"
	"strconv"
	"time"
)

// aws-lambda-go before v1.18.0 knows no Runtime API: lambda.Start registers its one service, Function, with net/rpc
// and accepts connections on _LAMBDA_SERVER_PORT (lambda/entry.go, lambda/function.go). This file calls that service
// as v1.18.0 does for itself (lambda/invoke_loop.go): next, Function.Invoke, response or error. Nothing goes
// through the port: net/rpc's server is in this process, and takes calls from whoever brings a codec.
//
// It is compiled in where it is needed, because net/rpc with what it imports costs each other program link time.

const (
	firstRetry   = 50 * time.Microsecond
	longestRetry = 5 * time.Millisecond
)

const hasRPC = true

// startRPC makes the program start as in the days of net/rpc.
func startRPC(s *session) {
	port, registered := reservePort()
	os.Setenv(rpcPort, port)
	os.Unsetenv(apiEnv)
	go func() {
		awaitService()
		registered()
		serveRPC(s)
	}()
}

// awaitService returns when the program has called lambda.Start. Nothing tells: it has to be tried.
func awaitService() {
	for pause := firstRetry; ; pause += pause / 2 {
		ping := &rpcCall{method: "Function.Ping"}
		if ping.do() == nil {
			return
		}
		if pause > longestRetry {
			pause = longestRetry
		}
		time.Sleep(pause)
	}
}

// serveRPC hands invocations to the service for as long as there are any.
func serveRPC(s *session) {
	for {
		next := s.ask("GET", "next", nil)
		if next.StatusCode != http.StatusOK {
			return // the session ends the process
		}
		event, _ := io.ReadAll(next.Body)
		id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
		result, failed := callService(event, next.Header)
		if failed == nil {
			s.ask("POST", id+"/response", result)
			continue
		}
		report, _ := json.Marshal(failed)
		s.ask("POST", id+"/error", report)
		if failed.ShouldExit {
			s.exit(exitFailed)
		}
	}
}

// ask is a request to the Runtime API; it has an answer always.
func (s *session) ask(method, path string, body []byte) *http.Response {
	request, err := http.NewRequest(method, "http://"+address+invokePath+path, bytes.NewReader(body))
	if err == nil {
		var response *http.Response
		if response, err = s.RoundTrip(request); err == nil {
			return response
		}
	}
	violation(err)
	return nil
}

// rpcFailure is messages.InvokeResponse_Error, in which only v1.18.0 and newer name the keys.
type rpcFailure struct {
	Type       string       `json:"errorType"`
	Message    string       `json:"errorMessage"`
	StackTrace []stackFrame `json:"stackTrace,omitempty"`
	ShouldExit bool         `json:"-"`
}

// callService calls the handler. The library's types are reached by reflection: a module that does not need this file
// may not have them.
func callService(event []byte, header http.Header) ([]byte, *rpcFailure) {
	invoke := &rpcCall{method: "Function.Invoke", fill: func(request reflect.Value) {
		fillRequest(request, event, header)
	}}
	if err := invoke.do(); err != nil {
		return nil, &rpcFailure{Type: "Runtime.Unknown", Message: err.Error()}
	}
	failed := invoke.reply.FieldByName("Error")
	if failed.IsNil() {
		return invoke.reply.FieldByName("Payload").Bytes(), nil
	}
	var read struct {
		Type, Message string
		StackTrace    []stackFrame
		ShouldExit    bool
	}
	plain, err := json.Marshal(failed.Interface())
	if err == nil {
		err = json.Unmarshal(plain, &read)
	}
	if err != nil {
		return nil, &rpcFailure{Type: "Runtime.Unknown", Message: err.Error()}
	}
	return nil, &rpcFailure{read.Type, read.Message, read.StackTrace, read.ShouldExit}
}

// fillRequest fills a messages.InvokeRequest.
func fillRequest(request reflect.Value, event []byte, header http.Header) {
	var identity struct{ CognitoIdentityID, CognitoIdentityPoolID string }
	_ = json.Unmarshal([]byte(header.Get("Lambda-Runtime-Cognito-Identity")), &identity)
	deadline, _ := strconv.ParseInt(header.Get("Lambda-Runtime-Deadline-Ms"), 10, 64)
	request.FieldByName("Payload").SetBytes(event)
	request.FieldByName("ClientContext").SetBytes([]byte(header.Get("Lambda-Runtime-Client-Context")))
	request.FieldByName("Deadline").FieldByName("Seconds").SetInt(deadline / 1000)
	request.FieldByName("Deadline").FieldByName("Nanos").SetInt(deadline % 1000 * int64(time.Millisecond))
	for name, value := range map[string]string{
		"RequestId":             header.Get("Lambda-Runtime-Aws-Request-Id"),
		"XAmznTraceId":          header.Get("Lambda-Runtime-Trace-Id"),
		"InvokedFunctionArn":    header.Get("Lambda-Runtime-Invoked-Function-Arn"),
		"CognitoIdentityId":     identity.CognitoIdentityID,
		"CognitoIdentityPoolId": identity.CognitoIdentityPoolID,
	} {
		request.FieldByName(name).SetString(value)
	}
}

// rpcCall is the codec of one call: nothing is encoded, the server gets and gives its own values.
type rpcCall struct {
	method string
	fill   func(request reflect.Value)
	failed string
	reply  reflect.Value
}

func (c *rpcCall) do() error {
	if err := rpc.DefaultServer.ServeRequest(c); err != nil {
		return err
	}
	if c.failed != "" {
		return fmt.Errorf("net/rpc: %s", c.failed)
	}
	return nil
}

func (c *rpcCall) ReadRequestHeader(header *rpc.Request) error {
	header.ServiceMethod = c.method
	return nil
}

// ReadRequestBody gets nil when there is no such service.
func (c *rpcCall) ReadRequestBody(request interface{}) error {
	if request != nil && c.fill != nil {
		c.fill(reflect.ValueOf(request).Elem())
	}
	return nil
}

func (c *rpcCall) WriteResponse(header *rpc.Response, reply interface{}) error {
	c.failed, c.reply = header.Error, reflect.Indirect(reflect.ValueOf(reply))
	return nil
}

func (c *rpcCall) Close() error { return nil }
