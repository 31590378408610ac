package direct

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// This is the library's startRuntimeAPILoop and handleInvoke (lambda/invoke_loop.go), without HTTP.

func serve(calls Calls, with *options) error {
	for {
		call := calls.Next()
		if call == nil {
			return errors.New("no invocation follows")
		}
		if err := invoke(call, with); err != nil {
			return err
		}
	}
}

// invoke returns an error when the process should exit.
func invoke(call Call, with *options) error {
	deadline := call.Deadline().UnixNano() / int64(time.Millisecond)
	ctx, cancel := context.WithDeadline(with.base, time.Unix(deadline/1000, deadline%1000*int64(time.Millisecond)))
	defer cancel()
	found := lambdacontext.LambdaContext{AwsRequestID: call.RequestID(), InvokedFunctionArn: call.ARN()}
	clientContext, identity, traceID := call.Extras()
	if clientContext != "" {
		if err := json.Unmarshal([]byte(clientContext), &found.ClientContext); err != nil {
			return report(call, errorResponse(fmt.Errorf("failed to unmarshal client context json: %v", err)))
		}
	}
	if identity != "" {
		if err := json.Unmarshal([]byte(identity), &found.Identity); err != nil {
			return report(call, errorResponse(fmt.Errorf("failed to unmarshal cognito identity json: %v", err)))
		}
	}
	ctx = lambdacontext.NewContext(ctx, &found)
	os.Setenv("_X_AMZN_TRACE_ID", traceID)
	ctx = context.WithValue(ctx, "x-amzn-trace-id", traceID)

	answered, failed := handle(ctx, call, with)
	if failed != nil {
		return report(call, failed)
	}
	return answer(call, answered)
}

// handle calls the handler; a nil answer with no failure was sent already.
func handle(ctx context.Context, call Call, with *options) (answered interface{}, failed *messages.InvokeResponse_Error) {
	defer func() {
		if reason := recover(); reason != nil {
			failed = panicResponse(reason)
		}
	}()
	var err error
	if with.function != nil {
		answered, err = with.function.call(ctx, call)
	} else {
		answered, err = with.handler(ctx, call.Event())
	}
	if err != nil {
		return nil, errorResponse(err)
	}
	return answered, nil
}

// response is what a handler's answer is when it need not become JSON first.
type response struct {
	status  uint32
	single  map[string]string
	multi   map[string][]string
	cookies []string
	body    string
	is64    bool
}

func answer(call Call, answered interface{}) error {
	if plain, ok := answered.(*response); ok {
		call.Response(plain.status, plain.single, plain.multi, plain.cookies, bytesOf(plain.body), plain.is64)
		return nil
	}
	reader, _ := answered.(io.Reader)
	if closer, ok := answered.(io.Closer); ok {
		defer closer.Close()
	}
	contentType := "application/octet-stream"
	if typed, ok := answered.(interface{ ContentType() string }); ok {
		contentType = typed.ContentType()
	}
	if whole, ok := answered.(interface{ Bytes() []byte }); ok && contentType == "application/json" {
		call.Value(whole.Bytes())
		return nil
	}
	captured := &capture{reader: reader, trailer: map[string][]string{}}
	if err := call.Stream(contentType, captured.trailer, captured); err != nil {
		return fmt.Errorf("unexpected error occurred when sending the function functionResponse to the API: %v", err)
	}
	return nil
}

// jsonAnswer is the library's jsonOutBuffer.
type jsonAnswer struct{ *bytes.Buffer }

func (jsonAnswer) ContentType() string { return "application/json" }
