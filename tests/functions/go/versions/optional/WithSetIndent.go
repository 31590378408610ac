// needs: func WithSetIndent(
package main

import "github.com/aws/aws-lambda-go/lambda"

func init() {
	starts["WithSetIndent"] = func() {
		lambda.StartWithOptions(signatures["maps"], lambda.WithSetIndent(">", "  "))
	}
}
