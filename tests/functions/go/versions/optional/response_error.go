// needs: (messages.InvokeResponse_Error); ok
package main

import "github.com/aws/aws-lambda-go/lambda/messages"

var told = messages.InvokeResponse_Error{Type: "Shop.Closed", Message: "come tomorrow"}

func init() {
	failures["InvokeResponse_Error"] = func(event) error { return told }
	failures["panic with InvokeResponse_Error"] = func(in event) error { return deeper(in, told) }
	failures["InvokeResponse_Error with a stack"] = func(event) error {
		with := told
		with.StackTrace = []*messages.InvokeResponse_Error_StackFrame{{Path: "shop/door.go", Line: 3, Label: "open"}}
		return with
	}
}
