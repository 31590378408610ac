package bridge

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

const answerPath = invokePath + "r1/response"

var jsonHeader = http.Header{"Content-Type": {jsonType}}

func TestInvocationIsHandedOutAndAnswered(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		response, body := s.begin()
		if body != `{"a":1}` || response.Header.Get("Content-Type") != jsonType {
			t.Errorf("%q, %v", body, response.Header)
		}
		if response.Header.Get("Lambda-Runtime-Aws-Request-Id") != "r1" ||
			response.Header.Get("Lambda-Runtime-Invoked-Function-Arn") != "arn:aws:f" ||
			response.Header.Get("Lambda-Runtime-Client-Context") != "" {
			t.Errorf("%v", response.Header)
		}
		deadline, _ := strconv.ParseInt(response.Header.Get("Lambda-Runtime-Deadline-Ms"), 10, 64)
		if left := time.Until(time.Unix(0, deadline*1e6)); left > 5*time.Second || left < 0 {
			t.Errorf("%v are left", left)
		}
		// An io.Reader of unknown length goes in chunks, as aws-lambda-go's do.
		if got, _ := s.post(answerPath, io.MultiReader(strings.NewReader(`{"b":`), strings.NewReader(`2}`)), jsonHeader); got.StatusCode != 202 {
			t.Errorf("%d", got.StatusCode)
		}
		if got := s.expect(typeValue); got.id != 1 || got.data != `{"b":2}` {
			t.Errorf("%+v", got)
		}
	})
}

func TestExtrasBecomeHeaders(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.load()
		s.invoke(7, "r7", `{}`, `{"client_context":{"custom":{"k":"grüße"}},"identity":{"x":1},"trace_id":"Root=1","new":[1]}`)
		response, _ := s.get("next")
		for name, want := range map[string]string{
			"Lambda-Runtime-Client-Context":   `{"custom":{"k":"grüße"}}`,
			"Lambda-Runtime-Cognito-Identity": `{"x":1}`,
			"Lambda-Runtime-Trace-Id":         "Root=1",
		} {
			if got := response.Header.Get(name); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
	})
}

func TestMegabytesPassBothWays(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		big := `"` + strings.Repeat("0123456789", 6<<20/10) + `"`
		s.load()
		s.invoke(1, "r1", big, "")
		if _, got := s.get("next"); got != big {
			t.Errorf("%d bytes arrived", len(got))
		}
		s.expect(typeReady)
		s.post(answerPath, io.MultiReader(strings.NewReader(big)), jsonHeader)
		if got := s.expect(typeValue); got.data != big {
			t.Errorf("%d bytes came back", len(got.data))
		}
	})
}

func TestHandlersErrorIsReportedAndTheNextInvocationComes(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		s.post(invokePath+"r1/error", strings.NewReader(`{"errorMessage":"no","errorType":"errorString"}`), jsonHeader)
		got := s.expect(typeError)
		if got.id != 1 || got.fatal || got.data != `{"errorType":"errorString","errorMessage":"no","trace":[]}` {
			t.Errorf("%+v", got)
		}
		s.invoke(2, "r2", `{}`, "")
		if response, _ := s.get("next"); response.Header.Get("Lambda-Runtime-Aws-Request-Id") != "r2" {
			t.Errorf("%v", response.Header)
		}
	})
}

func TestAfterAPanicNothingIsHandedOut(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		s.post(invokePath+"r1/error", strings.NewReader(
			`{"errorMessage":"m","errorType":"string","stackTrace":[`+
				`{"path":"runtime/panic.go","line":9,"label":"gopanic"},{"path":"a/main.go","line":3,"label":"h"}]}`), jsonHeader)
		if got := s.expect(typeError); !got.fatal || !strings.Contains(got.data, `"a/main.go:3 h"`) {
			t.Errorf("%+v", got)
		}
		if response, _ := s.get("next"); response.StatusCode != http.StatusGone {
			t.Errorf("%d", response.StatusCode)
		}
	})
}

func TestAfterAnErrorWithAStackOfTheAuthorsTheProgramGoesOn(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		s.post(invokePath+"r1/error", strings.NewReader(
			`{"errorMessage":"m","errorType":"string","stackTrace":[{"path":"a/main.go","line":3,"label":"h"}]}`), jsonHeader)
		if got := s.expect(typeError); got.fatal || !strings.Contains(got.data, `"a/main.go:3 h"`) {
			t.Errorf("%+v", got)
		}
		s.invoke(2, "r2", `{"a":2}`, "")
		if _, body := s.get("next"); body != `{"a":2}` {
			t.Errorf("%s", body)
		}
	})
}

func TestFailedInitialisationIsReported(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.load()
		header := http.Header{"Lambda-Runtime-Function-Error-Type": {"Runtime.Config"}}
		s.post(runtimePath+"init/error", strings.NewReader(`{"errorMessage":"no config"}`), header)
		got := s.expect(typeError)
		if got.id != 0 || !got.fatal || got.data != `{"errorType":"Runtime.Config","errorMessage":"no config","trace":[]}` {
			t.Errorf("%+v", got)
		}
	})
}

func TestWrongRequestsAreRefused(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		for _, each := range []struct {
			path   string
			status int
		}{
			{invokePath + "other/response", http.StatusBadRequest},
			{invokePath + "r1", http.StatusNotFound},
			{"/2018-06-01/nothing", http.StatusNotFound},
			{answerPath, http.StatusAccepted},
			{answerPath, http.StatusBadRequest}, // it has been answered
		} {
			if got, _ := s.post(each.path, strings.NewReader("null"), jsonHeader); got.StatusCode != each.status {
				t.Errorf("%s: %d", each.path, got.StatusCode)
			}
		}
	})
}

func TestWhatIsNoJSONAndSaysThatItIsIsAnError(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		s.post(answerPath, strings.NewReader("<html>"), http.Header{"Content-Type": {"application/json;v=1"}})
		if got := s.expect(typeError); got.fatal || !strings.Contains(got.data, "Runtime.MarshalError") {
			t.Errorf("%+v", got)
		}
	})
}

func TestBytesThatAreJSONAreAValueAndNoBytesAreNull(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		s.post(answerPath, strings.NewReader(`{"statusCode":200}`), nil)
		if got := s.expect(typeValue); got.data != `{"statusCode":200}` {
			t.Errorf("%+v", got)
		}
		s.invoke(2, "r2", `{}`, "")
		s.get("next")
		s.post(invokePath+"r2/response", nil, nil)
		if got := s.expect(typeValue); got.data != "null" {
			t.Errorf("%+v", got)
		}
	})
}

func TestErrorInTheTrailersEndsABufferedResponse(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.begin()
		body := base64.StdEncoding.EncodeToString([]byte(`{"errorMessage":"broke","errorType":"readError"}`))
		header := http.Header{"Content-Type": {jsonType}, http.TrailerPrefix + trailerErrorBody: {body}}
		s.post(answerPath, io.MultiReader(strings.NewReader(`{"half`)), header)
		if got := s.expect(typeError); got.id != 1 || !strings.Contains(got.data, "broke") {
			t.Errorf("%+v", got)
		}
	})
}

func TestProgramThatGivesUpWaitingDoesNotSwallowAnInvocation(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		s.load()
		ctx, cancel := context.WithCancel(context.Background())
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+invokePath+"next", nil)
		ended := make(chan error)
		go func() {
			_, err := s.client.Do(request)
			ended <- err
		}()
		s.expect(typeReady)
		cancel()
		if err := <-ended; err == nil {
			t.Error("it was answered")
		}
		s.invoke(1, "r1", `{}`, "")
		if response, _ := s.get("next"); response.Header.Get("Lambda-Runtime-Aws-Request-Id") != "r1" {
			t.Errorf("%v", response.Header)
		}
	})
}

func TestDrainedProgramExitsWithStatusZero(t *testing.T) {
	drain := func(s *supervisor) { s.send(begin(nil, typeDrain, 0, 0)) }
	t.Run("before it was loaded", func(t *testing.T) {
		s := newSupervisor(t, false)
		drain(s)
		s.expectExit(exitDone)
	})
	t.Run("while it waits", func(t *testing.T) {
		s := newSupervisor(t, false)
		s.load()
		go s.ask("next")
		s.expect(typeReady)
		drain(s)
		s.expectExit(exitDone)
	})
	t.Run("after what runs", func(t *testing.T) {
		s := newSupervisor(t, false)
		s.begin()
		drain(s)
		s.post(answerPath, strings.NewReader("1"), jsonHeader)
		s.expect(typeValue)
		go s.ask("next")
		s.expectExit(exitDone)
	})
}

func TestEndOfTheFramesEndsTheProgram(t *testing.T) {
	s := newSupervisor(t, false)
	s.begin()
	s.input.Close()
	s.expectExit(exitDone)
}

func TestInternalExtensionRegistersAndWaits(t *testing.T) {
	forBothWays(t, func(t *testing.T, s *supervisor) {
		response, _ := s.post(extensionPath+"register", strings.NewReader(`{"events":[]}`), nil)
		if response.StatusCode != 200 || response.Header.Get(headerExtensionID) == "" {
			t.Errorf("%d %v", response.StatusCode, response.Header)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+extensionPath+"event/next", nil)
		if _, err := s.client.Do(request); err == nil {
			t.Error("an event came")
		}
	})
}
