// needs: func WithUseNumber(
package main

import "github.com/aws/aws-lambda-go/lambda"

func init() {
	starts["WithUseNumber"] = func() {
		lambda.StartWithOptions(signatures["interface{}"], lambda.WithUseNumber(true))
	}
}
