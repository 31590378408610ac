// needs: func WithContextValue(
package main

import "github.com/aws/aws-lambda-go/lambda"

func init() {
	starts["WithContextValue"] = func() { lambda.StartWithOptions(handle, lambda.WithContextValue(key{}, "a value")) }
}
