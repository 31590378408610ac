package bridge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The Lambda Runtime API, 2018-06-01, and as much of the Extensions API as aws-lambda-go uses
// (lambda/runtime_api_client.go, lambda/extensions_api_client.go).

const (
	runtimePath   = "/2018-06-01/runtime/"
	invokePath    = runtimePath + "invocation/"
	extensionPath = "/2020-01-01/extension/"

	headerExtensionID = "Lambda-Extension-Identifier"
	extensionID       = "polyfn-internal-extension"

	maxErrorBytes = 1 << 20
)

// RoundTrip answers one request to the Runtime API.
func (s *session) RoundTrip(request *http.Request) (*http.Response, error) {
	switch path := request.URL.Path; {
	case path == invokePath+"next":
		return s.serveNext(request)
	case strings.HasPrefix(path, invokePath):
		return s.serveAnswer(request, path[len(invokePath):])
	case path == runtimePath+"init/error":
		s.fail(nil, s.reportedFailure(request), true)
		return reply(request, http.StatusAccepted, nil), nil
	case path == extensionPath+"register":
		return s.serveRegister(request), nil
	case path == extensionPath+"event/next":
		<-request.Context().Done() // no event is sent to an extension that registered for none
		return nil, request.Context().Err()
	}
	return refuse(request, http.StatusNotFound, "InvalidPath", "polyfn serves no "+request.URL.Path), nil
}

func (s *session) serveNext(request *http.Request) (*http.Response, error) {
	next := s.next(request.Context().Done())
	if next == nil {
		if err := request.Context().Err(); err != nil {
			return nil, err
		}
		return refuse(request, http.StatusGone, "Gone", "no invocation follows"), nil
	}
	event, err := assemble(next.event, next.bodyKind, next.body)
	if err != nil {
		violation(err)
	}
	response := reply(request, http.StatusOK, event)
	response.Header = s.invocationHeader(next)
	return response, nil
}

func (s *session) invocationHeader(next *invocation) http.Header {
	deadline := next.deadline.UnixNano() / int64(time.Millisecond)
	header := http.Header{
		"Content-Type":                        {"application/json"},
		"Lambda-Runtime-Aws-Request-Id":       {next.requestID},
		"Lambda-Runtime-Deadline-Ms":          {strconv.FormatInt(deadline, 10)},
		"Lambda-Runtime-Invoked-Function-Arn": {s.arn},
	}
	if next.extras != nil {
		addExtras(header, next.extras)
	}
	return header
}

func addExtras(header http.Header, raw []byte) {
	var extras struct {
		ClientContext json.RawMessage `json:"client_context"`
		Identity      json.RawMessage `json:"identity"`
		TraceID       string          `json:"trace_id"`
	}
	if err := json.Unmarshal(raw, &extras); err != nil {
		violation(fmt.Errorf("INVOKE's extras do not hold what they should: %v", err))
	}
	add := func(name, value string) {
		if value != "" && value != "null" {
			header[name] = []string{value}
		}
	}
	add("Lambda-Runtime-Client-Context", string(extras.ClientContext))
	add("Lambda-Runtime-Cognito-Identity", string(extras.Identity))
	add("Lambda-Runtime-Trace-Id", extras.TraceID)
}

// serveAnswer takes what a handler returned; rest is ID/response or ID/error.
func (s *session) serveAnswer(request *http.Request, rest string) (*http.Response, error) {
	slash := strings.LastIndexByte(rest, '/')
	if slash < 0 {
		return refuse(request, http.StatusNotFound, "InvalidPath", "polyfn serves no "+request.URL.Path), nil
	}
	claimed, twice := s.claim(rest[:slash])
	if twice {
		return refuse(request, http.StatusForbidden, "InvalidStateTransition", "it is being answered"), nil
	}
	if claimed == nil {
		return refuse(request, http.StatusBadRequest, "InvalidRequestID", "no such invocation is open"), nil
	}
	if rest[slash:] == "/error" {
		reason := s.reportedFailure(request)
		s.fail(claimed, reason, reason.isPanic)
	} else if err := s.respond(claimed, request); err != nil {
		return nil, err
	}
	return reply(request, http.StatusAccepted, nil), nil
}

func (s *session) serveRegister(request *http.Request) *http.Response {
	s.mutex.Lock()
	s.hasSIGTERM = true
	s.mutex.Unlock()
	response := reply(request, http.StatusOK, []byte("{}"))
	response.Header.Set(headerExtensionID, extensionID)
	return response
}

func refuse(request *http.Request, status int, kind, reason string) *http.Response {
	return reply(request, status, newFailure(kind, reason).encode())
}

func reply(request *http.Request, status int, body []byte) *http.Response {
	return &http.Response{
		Status:     strconv.Itoa(status) + " " + http.StatusText(status),
		StatusCode: status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        http.Header{},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       request,
	}
}
