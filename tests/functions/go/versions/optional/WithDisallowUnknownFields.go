// needs: func WithDisallowUnknownFields(
package main

import "github.com/aws/aws-lambda-go/lambda"

func init() {
	starts["WithDisallowUnknownFields"] = func() {
		lambda.StartWithOptions(handle, lambda.WithDisallowUnknownFields(true))
	}
}
