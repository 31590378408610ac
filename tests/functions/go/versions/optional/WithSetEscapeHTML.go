// needs: func WithSetEscapeHTML(
package main

import "github.com/aws/aws-lambda-go/lambda"

func init() {
	starts["WithSetEscapeHTML"] = func() {
		lambda.StartWithOptions(signatures["strings"], lambda.WithSetEscapeHTML(true))
	}
}
