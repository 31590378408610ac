package main

import "math"

func init() {
	harms["channel"] = func() any { return make(chan int) }
	harms["function"] = func() any { return handler }
	harms["not-a-number"] = func() any { return answer{"statusCode": 200, "ratio": math.NaN()} }
	harms["unexported"] = func() any {
		return struct {
			statusCode int
			body       string
		}{200, "nobody sees it"}
	}
	harms["status-negative"] = func() any { return answer{"statusCode": -1} }
	harms["status-fraction"] = func() any { return answer{"statusCode": 200.5} }
	harms["header-name"] = func() any { return answer{"statusCode": 200, "headers": answer{"a name": "x"}} }
	harms["no-base64"] = func() any { return answer{"statusCode": 200, "body": "***", "isBase64Encoded": true} }
	harms["not-utf8"] = func() any { return answered("a\xffb") }
}
