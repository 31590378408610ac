package bridge

import (
	"encoding/base64"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

var readerHeader = http.Header{"Content-Type": {unknownType}}

func TestReaderOfOneJSONValueIsAValue(t *testing.T) {
	for written, want := range map[string]string{
		`{"statusCode":200}`:   `{"statusCode":200}`,
		" {\"a\": [1, 2]}\n":   `{"a": [1, 2]}`,
		`12345678901234567890`: `12345678901234567890`,
		`"text"`:               `"text"`,
		"":                     "null",
		" \n":                  "null",
	} {
		written, want := written, want
		t.Run(written, func(t *testing.T) {
			forBothWays(t, func(t *testing.T, s *supervisor) {
				s.begin()
				body, status := s.answerStream(readerHeader)
				for _, piece := range strings.SplitAfter(written, ":") {
					write(t, body, piece)
				}
				body.Close()
				if got := s.expect(typeValue); got.id != 1 || got.data != want {
					t.Errorf("%+v", got)
				}
				expectAccepted(t, status)
			})
		})
	}
}

func TestReaderOfAnythingElseIsABodyAsSoonAsThatIsClear(t *testing.T) {
	for name, pieces := range map[string][]string{
		"text":                {"tick", " tock"},
		"lines of JSON":       {"{\"a\":1}\n{", "\"b\":2}\n"},
		"text behind a value": {"1 a", "nd more"},
		"bytes":               {"\x89PNG", "\x00\xff"},
	} {
		pieces := pieces
		t.Run(name, func(t *testing.T) {
			forBothWays(t, func(t *testing.T, s *supervisor) {
				s.begin()
				body, status := s.answerStream(readerHeader)
				write(t, body, pieces[0])
				head := s.expect(typeHead)
				if head.status != 200 || !reflect.DeepEqual(head.headers, []string{"content-type", unknownType}) {
					t.Errorf("%+v", head)
				}
				s.expectChunks(pieces[0])
				write(t, body, pieces[1])
				s.expectChunks(pieces[1])
				body.Close()
				s.expect(typeEnd)
				expectAccepted(t, status)
			})
		})
	}
}

func TestReaderThatEndsInsideAValueIsABody(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		body, status := s.answerStream(readerHeader)
		long := "[" + strings.Repeat("1,", chunkSize)
		go func() {
			_, _ = body.Write([]byte(long))
			body.Close()
		}()
		s.expect(typeHead)
		s.expectChunks(long)
		s.expect(typeEnd)
		expectAccepted(t, status)
	})
}

func TestReaderThatFailsBeforeItsValueIsWholeIsAnErrorAndNoStream(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		failed := base64.StdEncoding.EncodeToString([]byte(`{"errorMessage":"broke","errorType":"readError"}`))
		body, status := s.answerStream(http.Header{
			"Content-Type": {unknownType}, http.TrailerPrefix + trailerErrorBody: {failed},
		})
		write(t, body, `{"statusCode":`)
		body.Close()
		if got := s.expect(typeError); got.id != 1 || got.fatal || !strings.Contains(got.data, "readError") {
			t.Errorf("%+v", got)
		}
		expectAccepted(t, status)
	})
}

func TestReaderWithATypeIsABodyOfThatTypeAtOnce(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		body, status := s.answerStream(http.Header{"Content-Type": {"text/event-stream"}})
		if head := s.expect(typeHead); !reflect.DeepEqual(head.headers, []string{"content-type", "text/event-stream"}) {
			t.Errorf("%+v", head)
		}
		write(t, body, "1")
		s.expectChunks("1")
		body.Close()
		s.expect(typeEnd)
		expectAccepted(t, status)
	})
}

func TestReaderOfJSONBySayingSoIsAValue(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		s.post(answerPath, strings.NewReader(`{"b":2}`), http.Header{"Content-Type": {"application/json; charset=utf-8"}})
		if got := s.expect(typeValue); got.data != `{"b":2}` {
			t.Errorf("%+v", got)
		}
	})
}

func TestStreamWithMoreHeadersThanAListHoldsIsAnError(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		body, status := s.answerStream(streamHeader)
		write(t, body, `{"cookies":["a=1"`+strings.Repeat(`,"a=1"`, maxHeaders-1)+`]}`+nuls)
		body.Close()
		if head := s.expect(typeHead); len(head.headers) != 2*maxHeaders {
			t.Errorf("%d texts", len(head.headers))
		}
		s.expect(typeEnd)
		expectAccepted(t, status)

		s.invoke(2, "r1", `{}`, "")
		s.get("next")
		body, status = s.answerStream(streamHeader)
		write(t, body, `{"cookies":["a=1"`+strings.Repeat(`,"a=1"`, maxHeaders)+`]}`+nuls)
		body.Close()
		if got := s.expect(typeError); !strings.Contains(got.data, "has 2049 headers and cookies") {
			t.Errorf("%+v", got)
		}
		expectAccepted(t, status)
	})
}
