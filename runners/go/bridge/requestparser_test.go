package bridge

import (
	"io"
	"strings"
	"testing"
)

const twoRequests = "GET /a?b=c HTTP/1.1\r\nHost: x\r\nUser-Agent: t\r\n\r\n" +
	"POST /chunks HTTP/1.1\r\nHost: x\r\ncontent-type: text/plain\r\nTransfer-Encoding: chunked\r\n" +
	"Trailer: Lambda-Runtime-Function-Error-Type\r\n\r\n" +
	"5\r\nhello\r\n000b\r\n, \r\nworld\r\n\r\n0\r\nLambda-Runtime-Function-Error-Type: Oops\r\n\r\n" +
	"POST /length HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc" +
	"POST /none HTTP/1.1\r\nContent-Length: 0\r\n\r\n"

func parseAll(t *testing.T, pieces []string) (seen []string) {
	t.Helper()
	var parser requestParser
	for _, piece := range pieces {
		for rest := []byte(piece); len(rest) > 0; {
			var event parserEvent
			var err error
			if rest, event, err = parser.feed(rest); err != nil {
				t.Fatal(err)
			}
			if event == gotRequest {
				body, _ := io.ReadAll(parser.request.Body)
				request := parser.request
				seen = append(seen, strings.Join([]string{request.Method, request.URL.Path, request.Header.Get("Content-Type"),
					string(body), request.Trailer.Get(trailerErrorType)}, "|"))
			}
		}
	}
	return seen
}

func TestRequestsAreParsedWhereverTheyAreCut(t *testing.T) {
	want := "GET|/a|||\nPOST|/chunks|text/plain|hello, \r\nworld\r\n|Oops\nPOST|/length||abc|\nPOST|/none|||"
	pieces := [][]string{{twoRequests}, strings.SplitAfter(twoRequests, "")}
	for at := 1; at < len(twoRequests); at++ {
		pieces = append(pieces, []string{twoRequests[:at], twoRequests[at:]})
	}
	for _, each := range pieces {
		if got := strings.Join(parseAll(t, each), "\n"); got != want {
			t.Fatalf("cut after %d: %q", len(each[0]), got)
		}
	}
}

func TestMalformedRequestsAreRefused(t *testing.T) {
	for _, request := range []string{
		"GET\r\n\r\n",
		"GET nowhere HTTP/1.1\r\n\r\n",
		"POST /a HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
		"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
		"GET /a HTTP/1.1\r\nX: " + strings.Repeat("y", maxHead),
	} {
		var parser requestParser
		var err error
		for rest := []byte(request); len(rest) > 0 && err == nil; {
			rest, _, err = parser.feed(rest)
		}
		if err == nil {
			t.Errorf("%.60q was taken", request)
		}
	}
}
