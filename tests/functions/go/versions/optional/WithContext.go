// needs: func WithContext(
package main

import "github.com/aws/aws-lambda-go/lambda"

func init() {
	starts["WithContext"] = func() { lambda.StartWithOptions(handle, lambda.WithContext(withValue("base"))) }
}
