package bridge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"sync"
	"time"
)

const (
	chunkSize  = 64 << 10 // what a pipe holds
	maxPrelude = 1 << 20
	maxHeaders = 4096 / 2 // a list holds 4,096 texts

	// panicTime is left to a writer that has panicked, and whose deferred Close has ended its stream, as lambdaurl's
	// does: it brings the process down before END says that all is well. Without it 8 of 100 such streams
	// ended as if they were whole.
	panicTime = 200 * time.Microsecond
)

// Eight NUL bytes stand between the prelude and the body (aws-lambda-go,
// events/lambda_function_urls.go: LambdaFunctionURLStreamingResponse).
var preludeEnd = make([]byte, 8)

// stream sends a response while it is being written: HEAD, CHUNK …, END. Writing to the pipe blocks while
// the caller is slow, and so does the next read of the author's body.
func (s *session) stream(answered *invocation, request *http.Request) {
	out := &responseStream{session: s, answered: answered}
	done := make(chan struct{})
	go func() {
		defer close(done)
		out.copy(request)
	}()
	select {
	case <-done:
	case <-answered.cancelled:
		// A read of the author's body may be waiting for ever: it ends when the library, told that all
		// is well, closes the body.
		out.end(nil)
	}
}

// responseStream is closed by its one ending; what comes later is dropped.
type responseStream struct {
	session  *session
	answered *invocation
	mutex    sync.Mutex
	hasHead  bool
	ended    bool
}

func (r *responseStream) copy(request *http.Request) {
	switch kind := request.Header.Get("Content-Type"); {
	case hasPrelude(request):
		rest, err := r.prelude(request.Body)
		if err != nil {
			if failed := r.session.trailedFailure(request); failed != nil {
				r.end(failed)
			} else {
				r.end(newFailure("Function.InvalidResponse", err.Error()))
			}
			return
		}
		r.chunk(append(make([]byte, prefixSize), rest...))
	case kind == unknownType || kind == "":
		if rest, isBody := r.valueOrBody(request); isBody {
			r.typed(unknownType)
			r.chunks(rest)
			break
		}
		return
	default:
		r.typed(kind)
	}
	r.end(r.body(request))
}

// typed sends the head of a body of which nothing is known but its type.
func (r *responseStream) typed(kind string) {
	r.head(http.StatusOK, []string{"content-type", strings.ToValidUTF8(kind, "\uFFFD")})
}

// prelude reads up to the end of the head and sends it; it returns what it read of the body.
func (r *responseStream) prelude(from io.Reader) ([]byte, error) {
	var read []byte
	buffer := make([]byte, 4<<10)
	for {
		n, err := from.Read(buffer)
		read = append(read, buffer[:n]...)
		if at := bytes.Index(read, preludeEnd); at >= 0 {
			return read[at+len(preludeEnd):], r.sendPrelude(read[:at])
		}
		if err == io.EOF || len(read) > maxPrelude {
			return nil, fmt.Errorf("a streamed response must begin with a JSON prelude and 8 NUL bytes")
		}
		if err != nil {
			return nil, err
		}
	}
}

func (r *responseStream) sendPrelude(raw []byte) error {
	var prelude struct {
		Status            uint32              `json:"statusCode"`
		Headers           map[string]string   `json:"headers"`
		MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
		Cookies           []string            `json:"cookies"`
	}
	prelude.Status = http.StatusOK
	if err := json.Unmarshal(raw, &prelude); err != nil {
		return fmt.Errorf("a streamed response's prelude is wrong: %v", err)
	}
	headers := flatten(prelude.Headers, prelude.MultiValueHeaders, prelude.Cookies)
	if len(headers) > 2*maxHeaders {
		return fmt.Errorf("a streamed response has %d headers and cookies, and may have %d", len(headers)/2, maxHeaders)
	}
	r.head(prelude.Status, headers)
	return nil
}

// flatten puts headers into PROTOCOL.md's order, by name within a map, which in Go has none.
func flatten(single map[string]string, multi map[string][]string, cookies []string) []string {
	flat := []string{}
	many := make(map[string]bool, len(multi))
	names := make([]string, 0, len(multi))
	for name := range multi {
		many[strings.ToLower(name)] = true
		names = append(names, name)
	}
	sort.Strings(names)
	alone := make([]string, 0, len(single))
	for name := range single {
		if !many[strings.ToLower(name)] {
			alone = append(alone, name)
		}
	}
	sort.Strings(alone)
	for _, name := range alone {
		flat = append(flat, name, single[name])
	}
	for _, name := range names {
		for _, value := range multi[name] {
			flat = append(flat, name, value)
		}
	}
	for _, cookie := range cookies {
		flat = append(flat, "set-cookie", cookie)
	}
	return flat
}

// body sends what is left; it returns why the stream must be cut, or nil when it is whole.
func (r *responseStream) body(request *http.Request) *failure {
	buffer := make([]byte, prefixSize+chunkSize)
	for {
		n, err := request.Body.Read(buffer[prefixSize:])
		if !r.chunk(buffer[:prefixSize+n]) {
			return nil
		}
		if err == io.EOF {
			time.Sleep(panicTime)
			return r.session.trailedFailure(request)
		}
		if err != nil {
			return newFailure("Function.StreamError", err.Error())
		}
	}
}

func (r *responseStream) head(status uint32, headers []string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.sendHead(status, headers)
}

func (r *responseStream) sendHead(status uint32, headers []string) {
	if !r.ended {
		r.hasHead = true
		r.session.frames.write(headFrame(r.answered.id, status, headers))
	}
}

// chunk sends the bytes behind the buffer's room, if there are any; false: nobody wants more.
func (r *responseStream) chunk(buffer []byte) bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.ended && len(buffer) > prefixSize {
		r.session.frames.write(binFrame(buffer, typeChunk, r.answered.id))
	}
	return !r.ended
}

// chunks sends bytes that came before it was known what they are.
func (r *responseStream) chunks(data []byte) {
	for len(data) > 0 {
		size := len(data)
		if size > chunkSize {
			size = chunkSize
		}
		if !r.chunk(append(make([]byte, prefixSize, prefixSize+size), data[:size]...)) {
			return
		}
		data = data[size:]
	}
}

// end sends the one ending: END, or ERROR for a failure.
func (r *responseStream) end(failed *failure) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.ended {
		return
	}
	if failed == nil && !r.hasHead {
		r.sendHead(http.StatusOK, nil) // cancelled before its head: END alone would be a violation
	}
	r.ended = true
	if failed != nil {
		r.session.fail(r.answered, failed, false)
		return
	}
	r.session.finish(r.answered, endFrame(r.answered.id))
}
