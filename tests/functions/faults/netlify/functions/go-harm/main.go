package main

import (
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
)

type event struct {
	Query map[string]string `json:"queryStringParameters"`
}

type answer map[string]any

func answered(body string) answer { return answer{"statusCode": 200, "body": body} }

// harms are what a call may ask for: ?do=NAME. There is an answer for those that end none of it.
var harms = map[string]func() any{}

// starts are what the program may do while it starts; the file that HARM_START names says which.
var starts = map[string]func(){}

func handler(e event) (any, error) {
	if do := harms[e.Query["do"]]; do != nil {
		return do(), nil
	}
	return answered("answered"), nil
}

var asked = readStart()

func readStart() string {
	text, _ := os.ReadFile(os.Getenv("HARM_START"))
	return strings.TrimSpace(string(text))
}

func init() {
	starts["init-overflow"] = func() { debug.SetMaxStack(1 << 20); deeper(1) }
	starts["init-transport"] = func() { http.DefaultTransport = &http.Transport{} }
	starts["init-client"] = func() { http.DefaultClient = &http.Client{Transport: refusing{}} }
	starts["init-thread"] = runtime.LockOSThread
	starts["init-directory"] = func() { _ = os.Chdir("/") }
	starts["init-close-std"] = func() { closeAll(0, 3) }
	starts["init-close-all"] = func() { closeAll(0, 1000) }
	addStarts()
	if start := starts[asked]; start != nil && strings.HasPrefix(asked, "init-") {
		start()
	}
}

func main() {
	if start := starts[asked]; start != nil && strings.HasPrefix(asked, "main-") {
		start()
	}
	switch asked {
	case "main-returns":
		return
	case "main-in-a-goroutine":
		go lambda.Start(handler)
		select {}
	case "main-twice":
		go lambda.Start(handler)
	case "main-too-many-arguments":
		go leaveInTime()
		lambda.Start(func(a, b, c int) {})
	case "main-no-function":
		go leaveInTime()
		lambda.Start("handler")
	}
	lambda.Start(handler)
}
