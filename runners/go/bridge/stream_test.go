package bridge

import (
	"encoding/base64"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var streamHeader = http.Header{"Content-Type": {integrationType}}

const nuls = "\x00\x00\x00\x00\x00\x00\x00\x00"

// answerStream posts in the background what is written to the pipe it returns; the channel gets the status.
func (s *supervisor) answerStream(header http.Header) (*io.PipeWriter, chan int) {
	reader, writer := io.Pipe()
	status := make(chan int, 1)
	request, _ := http.NewRequest(http.MethodPost, "http://"+address+answerPath, reader)
	for name, values := range header {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			request.Trailer = http.Header{name[len(http.TrailerPrefix):]: values}
		} else {
			request.Header[name] = values
		}
	}
	go func() {
		response, err := s.client.Do(request)
		if err != nil {
			s.t.Errorf("%v", err)
			status <- 0
			return
		}
		response.Body.Close()
		reader.Close() // as the library closes the author's body
		status <- response.StatusCode
	}()
	return writer, status
}

func write(t *testing.T, to io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(to, text); err != nil {
		t.Fatal(err)
	}
}

func expectAccepted(t *testing.T, status chan int) {
	t.Helper()
	select {
	case got := <-status:
		if got != http.StatusAccepted {
			t.Errorf("status %d", got)
		}
	case <-time.After(patience):
		t.Fatal("the response was not accepted")
	}
}

func (s *supervisor) expectChunks(want string) {
	s.t.Helper()
	for got := ""; got != want; {
		got += s.expect(typeChunk).data
		if !strings.HasPrefix(want, got) {
			s.t.Fatalf("%q came in place of %q", got, want)
		}
	}
}

func TestStreamedResponsePassesWhileItIsWritten(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		body, status := s.answerStream(streamHeader)
		write(t, body, `{"statusCode":201,"headers":{"x-b":"2","x-a":"1","X-M":"0"},"multiValueHeaders":{"x-m":["3","4"]},"cook`)
		write(t, body, `ies":["c=1"]}`+nuls[:3])
		write(t, body, nuls[3:]+"first")
		head := s.expect(typeHead)
		want := []string{"x-a", "1", "x-b", "2", "x-m", "3", "x-m", "4", "set-cookie", "c=1"}
		if head.id != 1 || head.status != 201 || !reflect.DeepEqual(head.headers, want) {
			t.Errorf("%+v", head)
		}
		s.expectChunks("first")
		write(t, body, "second")
		s.expectChunks("second")
		body.Close()
		s.expect(typeEnd)
		expectAccepted(t, status)
	})
}

func TestStreamWithoutAPreludeHasStatus200(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		body, status := s.answerStream(http.Header{"Content-Type": {"text/plain"}, headerMode: {"streaming"}})
		write(t, body, "text")
		if head := s.expect(typeHead); head.status != 200 || !reflect.DeepEqual(head.headers, []string{"content-type", "text/plain"}) {
			t.Errorf("%+v", head)
		}
		s.expectChunks("text")
		body.Close()
		s.expect(typeEnd)
		expectAccepted(t, status)
	})
}

func TestErrorInTheTrailersCutsTheStream(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		failed := base64.StdEncoding.EncodeToString([]byte(`{"errorMessage":"broke","errorType":"readError"}`))
		body, status := s.answerStream(http.Header{
			"Content-Type": {integrationType}, http.TrailerPrefix + trailerErrorBody: {failed},
		})
		write(t, body, `{}`+nuls+"half")
		if head := s.expect(typeHead); head.status != 200 {
			t.Errorf("%+v", head)
		}
		s.expectChunks("half")
		body.Close()
		if got := s.expect(typeError); got.id != 1 || got.fatal || !strings.Contains(got.data, "broke") {
			t.Errorf("%+v", got)
		}
		expectAccepted(t, status)
	})
}

func TestStreamWithAWrongHeadIsAnError(t *testing.T) {
	for name, written := range map[string]string{
		"no end": `{"statusCode":200}`, "no JSON": "oops" + nuls, "negative": `{"statusCode":-1}` + nuls,
	} {
		t.Run(name, func(t *testing.T) {
			forBothWays(t, func(t *testing.T, s *supervisor) {
				s.begin()
				body, status := s.answerStream(streamHeader)
				write(t, body, written)
				body.Close()
				if got := s.expect(typeError); !strings.Contains(got.data, "Function.InvalidResponse") {
					t.Errorf("%+v", got)
				}
				expectAccepted(t, status)
			})
		})
	}
}

func TestCancelEndsTheAuthorsWriterAndTheStreamOnce(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		body, status := s.answerStream(streamHeader)
		write(t, body, `{}`+nuls+"x")
		s.expect(typeHead)
		s.expectChunks("x")
		s.send(begin(nil, typeCancel, 1, 0))
		s.send(begin(nil, typeCancel, 1, 0)) // twice does no harm
		s.expect(typeEnd)
		expectAccepted(t, status)
		if err := writeUntilRefused(body); err == nil {
			t.Error("the author may still write")
		}
		s.invoke(2, "r2", `{}`, "")
		if response, _ := s.get("next"); response.Header.Get("Lambda-Runtime-Aws-Request-Id") != "r2" {
			t.Errorf("%v", response.Header)
		}
		select {
		case got := <-s.frames:
			t.Errorf("%+v came after the end", got)
		default:
		}
	})
}

func writeUntilRefused(to io.Writer) error {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if _, err := io.WriteString(to, "more"); err != nil {
			return err
		}
	}
	return nil
}

func TestSlowReaderHoldsTheAuthorBack(t *testing.T) {
	const blocks, mostAhead = 200, 20
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		body, status := s.answerStream(streamHeader)
		var written int32
		go func() {
			defer body.Close()
			block := strings.Repeat("x", 64<<10)
			_, _ = io.WriteString(body, "{}"+nuls)
			for i := 0; i < blocks; i++ {
				if _, err := io.WriteString(body, block); err != nil {
					return
				}
				atomic.AddInt32(&written, 1)
			}
		}()
		s.expect(typeHead)
		for taken := 0; taken < blocks<<16; {
			taken += len(s.expect(typeChunk).data)
			if ahead := int(atomic.LoadInt32(&written)) - taken>>16; ahead > mostAhead {
				t.Fatalf("the author is %d blocks ahead", ahead)
			}
		}
		s.expect(typeEnd)
		expectAccepted(t, status)
	})
}
