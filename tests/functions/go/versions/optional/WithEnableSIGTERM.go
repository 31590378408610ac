// needs: func WithEnableSIGTERM(
package main

import (
	"log"

	"github.com/aws/aws-lambda-go/lambda"
)

func init() {
	starts["WithEnableSIGTERM"] = func() {
		lambda.StartWithOptions(handle, lambda.WithEnableSIGTERM(func() { log.Print("goodbye") }))
	}
}
