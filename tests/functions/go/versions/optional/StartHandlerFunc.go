// needs: func StartHandlerFunc[
package main

import "github.com/aws/aws-lambda-go/lambda"

func init() {
	starts["StartHandlerFunc"] = func() { lambda.StartHandlerFunc(handle) }
}
