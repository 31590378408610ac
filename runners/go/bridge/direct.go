package bridge

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// What package direct, which stands beside this one in the author's module, calls a handler with in place of the Runtime API.
// It declares the same interfaces: neither can import the other.

// directPackage is how the import path of package direct ends.
const directPackage = "/internal/polyfndirect"

type directCalls = interface {
	Address() string
	Next() directCall
}

type directCall = interface {
	RequestID() string
	ARN() string
	Deadline() time.Time
	Extras() (clientContext, identity, traceID string)

	Event() []byte
	Parts() (event, body []byte, kind int)
	WantsResponse() bool

	Value(value []byte)
	Response(status uint32, single map[string]string, multi map[string][]string, cookies []string, body []byte, isBase64 bool)
	Stream(contentType string, trailer map[string][]string, body interface {
		Read([]byte) (int, error)
	}) error
	Fail(reported []byte)
}

// started is what init has started; nil outside polyfn.
var started *session

// Direct is nil in a program that polyfn has not started.
func Direct() directCalls {
	if started == nil {
		return nil
	}
	return directly{started}
}

type directly struct{ session *session }

func (directly) Address() string { return address }

func (d directly) Next() directCall {
	next := d.session.next(nil)
	if next == nil {
		return nil
	}
	return &called{d.session, next}
}

type called struct {
	session    *session
	invocation *invocation
}

func (c *called) RequestID() string   { return c.invocation.requestID }
func (c *called) ARN() string         { return c.session.arn }
func (c *called) Deadline() time.Time { return c.invocation.deadline }
func (c *called) WantsResponse() bool { return c.invocation.want == 1 }

func (c *called) Extras() (clientContext, identity, traceID string) {
	if c.invocation.extras == nil {
		return "", "", ""
	}
	header := http.Header{}
	addExtras(header, c.invocation.extras)
	return header.Get("Lambda-Runtime-Client-Context"),
		header.Get("Lambda-Runtime-Cognito-Identity"), header.Get("Lambda-Runtime-Trace-Id")
}

func (c *called) Event() []byte {
	event, err := assemble(c.invocation.event, c.invocation.bodyKind, c.invocation.body)
	if err != nil {
		violation(err)
	}
	return event
}

func (c *called) Parts() (event, body []byte, kind int) {
	return c.invocation.event, c.invocation.body, int(c.invocation.bodyKind)
}

func (c *called) Value(value []byte) {
	if len(value) == 0 {
		value = []byte("null")
	}
	head := appendBinHeader(begin(nil, typeValue, c.invocation.id, 1), len(value))
	c.end(head, value, nil)
}

func (c *called) Response(
	status uint32, single map[string]string, multi map[string][]string, cookies []string, body []byte, isBase64 bool,
) {
	headers := flatten(single, multi, cookies)
	head := appendArray(appendUint(begin(nil, typeResult, c.invocation.id, 4), status), len(headers))
	for _, text := range headers {
		head = appendStr(head, text)
	}
	c.end(appendBinHeader(head, len(body)), body, appendBool(nil, isBase64))
}

// end writes a frame in three parts: to join them would copy the long one.
func (c *called) end(head, long, tail []byte) {
	if len(long) > maxBin-len(head) {
		c.session.fail(c.invocation, tooLarge(), false)
		return
	}
	finishLong(head, len(long)+len(tail))
	c.session.finish(c.invocation, head, long, tail)
}

func (c *called) Stream(contentType string, trailer map[string][]string, body interface {
	Read([]byte) (int, error)
}) error {
	request := &http.Request{
		Header: http.Header{"Content-Type": {contentType}}, Trailer: trailer, Body: io.NopCloser(body),
	}
	return c.session.respond(c.invocation, request)
}

func (c *called) Fail(reported []byte) {
	reason := parseFailure(reported, "", c.session.place())
	c.session.fail(c.invocation, reason, reason.isPanic)
}

func tooLarge() *failure {
	return newFailure("Function.ResponseSizeTooLarge", fmt.Sprintf("the response is over %d bytes", maxBin))
}
