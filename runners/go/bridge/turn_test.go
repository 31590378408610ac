package bridge

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestProgramThatAsksTwiceAtOnceGetsTwoInvocations(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.load()
		got := make(chan string)
		for i := 0; i < 2; i++ {
			go func() {
				response, err := s.client.Get("http://" + address + invokePath + "next")
				if err != nil {
					got <- err.Error()
					return
				}
				response.Body.Close()
				got <- response.Header.Get("Lambda-Runtime-Aws-Request-Id")
			}()
		}
		s.expect(typeReady)
		s.invoke(1, "r1", `{}`, "")
		s.invoke(2, "r2", `{}`, "")
		seen := map[string]bool{}
		for i := 0; i < 2; i++ {
			select {
			case id := <-got:
				seen[id] = true
			case <-time.After(patience):
				t.Fatalf("only %v came", seen)
			}
		}
		if !seen["r1"] || !seen["r2"] {
			t.Errorf("%v", seen)
		}
	})
}

func TestInvocationThatComesWhileAHandlerRunsForLongIsKept(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		s.invoke(2, "r2", `{}`, "") // taken by whoever watches: an unbuffered pipe
		s.post(answerPath, strings.NewReader("1"), jsonHeader)
		s.expect(typeValue)
		if response, _ := s.get("next"); response.Header.Get("Lambda-Runtime-Aws-Request-Id") != "r2" {
			t.Errorf("%v", response.Header)
		}
	})
}

func TestStreamIsCancelledWhoeverReads(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		body := &endless{closed: make(chan struct{})}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			s.post(answerPath, body, http.Header{"Content-Type": {"text/plain"}, headerMode: {"streaming"}})
		}()
		s.expect(typeHead)
		s.send(begin(nil, typeCancel, 1, 0))
		s.expect(typeEnd)
		select {
		case <-ended:
		case <-time.After(patience):
			t.Error("it goes on")
		}
	})
}

// endless is a body of which nothing comes until it is closed.
type endless struct{ closed chan struct{} }

func (e *endless) Read([]byte) (int, error) {
	<-e.closed
	return 0, http.ErrBodyReadAfterClose
}

func (e *endless) Close() error {
	close(e.closed)
	return nil
}
