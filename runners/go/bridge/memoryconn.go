package bridge

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// memoryConn is a client's connection to the API without a server behind it: the client's own Write parses
// the request and, when it is whole, answers it. With net.Pipe and http.ReadRequest a request took a fifth
// longer, most of that in waking goroutines.
type memoryConn struct {
	api    http.RoundTripper
	parser requestParser
	body   *io.PipeWriter // of a streamed request that is under way
	ctx    context.Context
	cancel context.CancelFunc

	mutex  sync.Mutex
	filled *sync.Cond
	out    [][]byte // what Read has to yield
}

func newMemoryConn(api http.RoundTripper) *memoryConn {
	c := &memoryConn{api: api}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.filled = sync.NewCond(&c.mutex)
	return c
}

// Write takes bytes of requests. It blocks while `next` waits, and while a streamed response does.
func (c *memoryConn) Write(data []byte) (int, error) {
	rest := data
	for len(rest) > 0 {
		if c.ctx.Err() != nil {
			return 0, net.ErrClosed
		}
		var event parserEvent
		var err error
		if rest, event, err = c.parser.feed(rest); err != nil {
			return 0, err
		}
		if err = c.follow(event); err != nil {
			return 0, err
		}
	}
	return len(data), nil
}

func (c *memoryConn) follow(event parserEvent) error {
	switch event {
	case gotHead:
		if isStreaming(c.parser.request) {
			reader, writer := io.Pipe()
			c.body = writer
			c.parser.request.Body = reader
			c.parser.sink = writer
			go c.answer(c.parser.request)
		}
	case gotRequest:
		if c.body != nil {
			c.body.Close()
			c.body = nil
			return nil
		}
		return c.answer(c.parser.request)
	}
	return nil
}

func (c *memoryConn) answer(request *http.Request) error {
	response, err := c.api.RoundTrip(request.WithContext(c.ctx))
	if err != nil {
		c.Close()
		return err
	}
	request.Body.Close() // what a streamed request still writes has no reader any more
	body, _ := io.ReadAll(response.Body)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.out = append(c.out, responseHead(response), body)
	c.filled.Signal()
	return nil
}

func responseHead(response *http.Response) []byte {
	head := make([]byte, 0, 512)
	head = append(append(append(head, "HTTP/1.1 "...), response.Status...), "\r\n"...)
	for name, values := range response.Header {
		head = append(append(append(append(head, name...), ": "...), values[0]...), "\r\n"...)
	}
	head = append(head, "Content-Length: "...)
	head = strconv.AppendInt(head, response.ContentLength, 10)
	return append(head, "\r\n\r\n"...)
}

// Read yields responses.
func (c *memoryConn) Read(to []byte) (int, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for len(c.out) == 0 && c.ctx.Err() == nil {
		c.filled.Wait()
	}
	if len(c.out) == 0 {
		return 0, io.EOF
	}
	n := copy(to, c.out[0])
	if c.out[0] = c.out[0][n:]; len(c.out[0]) == 0 {
		c.out = c.out[1:]
	}
	return n, nil
}

// Close wakes whoever reads or writes.
func (c *memoryConn) Close() error {
	c.cancel()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.filled.Broadcast()
	return nil
}

func (c *memoryConn) LocalAddr() net.Addr  { return memoryAddr{} }
func (c *memoryConn) RemoteAddr() net.Addr { return memoryAddr{} }

// The library sets no time limits on its connections to the API.

func (c *memoryConn) SetDeadline(time.Time) error      { return nil }
func (c *memoryConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memoryConn) SetWriteDeadline(time.Time) error { return nil }

type memoryAddr struct{}

func (memoryAddr) Network() string { return "memory" }
func (memoryAddr) String() string  { return address }
