// needs: func StartHandlerWithContext(
package main

import "github.com/aws/aws-lambda-go/lambda"

func init() {
	starts["StartHandlerWithContext"] = func() {
		lambda.StartHandlerWithContext(withValue("base"), invoker{"StartHandlerWithContext"})
	}
}
