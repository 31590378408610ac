// needs: func StartWithContext(
package main

import "github.com/aws/aws-lambda-go/lambda"

func init() {
	starts["StartWithContext"] = func() { lambda.StartWithContext(withValue("base"), handle) }
}
