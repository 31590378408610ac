package bridge

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// requestParser takes HTTP/1.1 requests apart as net/http's client writes them, piece by piece: a head, then
// nothing, a body of known length, or chunks and trailers (aws-lambda-go declares two trailers, so it
// always sends chunks).
//
//	inHead ─▶ inLength ─────────────────────────────▶ inHead
//	   └────▶ inChunkSize ⇄ inChunk, inChunkEnd
//	              └──────▶ inTrailers ──────────────▶ inHead
type requestParser struct {
	state   parserState
	line    []byte // an unfinished head or line
	left    uint64 // of the body, or of the chunk
	whole   []byte // a body that is kept
	sink    io.Writer
	request *http.Request
}

type parserState int

const (
	inHead parserState = iota
	inLength
	inChunkSize
	inChunk
	inChunkEnd
	inTrailers
)

type parserEvent int

const (
	gotNothing parserEvent = iota
	gotHead                // request is there, its body is to come: now a sink may be set
	gotRequest             // request is whole; its Body holds what no sink took
)

const (
	maxHead = 2 << 20 // the X-Ray cause, a header, is up to 1 MiB
	crlf    = "\r\n"
)

var errMalformed = errors.New("polyfn's Runtime API got a malformed request")

// feed takes as much as one step needs; the rest is to be fed again.
func (p *requestParser) feed(data []byte) ([]byte, parserEvent, error) {
	switch p.state {
	case inHead:
		head, rest, err := p.until("\r\n\r\n", data)
		if head == nil || err != nil {
			return rest, gotNothing, err
		}
		event, err := p.begin(head)
		return rest, event, err
	case inLength, inChunk:
		return p.content(data)
	case inChunkSize:
		line, rest, err := p.until(crlf, data)
		if line == nil || err != nil {
			return rest, gotNothing, err
		}
		p.left, err = strconv.ParseUint(strings.TrimSpace(string(line)), 16, 62)
		p.state = inChunk
		if p.left == 0 {
			p.state = inTrailers
		}
		return rest, gotNothing, err
	case inChunkEnd:
		line, rest, err := p.until(crlf, data)
		if line != nil {
			p.state = inChunkSize
		}
		return rest, gotNothing, err
	}
	line, rest, err := p.until(crlf, data)
	if line == nil || err != nil {
		return rest, gotNothing, err
	}
	if len(line) == 0 {
		return rest, p.finish(), nil
	}
	addHeader(p.request.Trailer, line)
	return rest, gotNothing, nil
}

// until yields what stands before a mark, or nil when the mark has not come; what came is then kept.
func (p *requestParser) until(mark string, data []byte) (found, rest []byte, err error) {
	kept := len(p.line)
	p.line = append(p.line, data...)
	from := kept - len(mark) + 1
	if from < 0 {
		from = 0
	}
	at := bytes.Index(p.line[from:], []byte(mark))
	if at < 0 {
		if len(p.line) > maxHead {
			return nil, nil, errMalformed
		}
		return nil, nil, nil
	}
	end := from + at
	found, rest = p.line[:end:end], data[end+len(mark)-kept:]
	p.line = p.line[:0]
	return found, rest, nil
}

func (p *requestParser) begin(head []byte) (parserEvent, error) {
	lines := bytes.Split(head, []byte(crlf))
	words := strings.Split(string(lines[0]), " ")
	if len(words) != 3 {
		return gotNothing, errMalformed
	}
	target, err := url.ParseRequestURI(words[1])
	if err != nil {
		return gotNothing, err
	}
	p.request = &http.Request{
		Method: words[0], URL: target, Host: address,
		Header: make(http.Header, len(lines)), Trailer: http.Header{},
	}
	for _, line := range lines[1:] {
		addHeader(p.request.Header, line)
	}
	p.sink, p.whole = nil, p.whole[:0] // the last body was answered, and is not referred to any more
	if cap(p.whole) > keptBuffer {
		p.whole = nil
	}
	return p.expectBody()
}

func (p *requestParser) expectBody() (parserEvent, error) {
	if p.request.Header.Get("Transfer-Encoding") == "chunked" {
		p.state = inChunkSize
		return gotHead, nil
	}
	length := p.request.Header.Get("Content-Length")
	if length == "" || length == "0" {
		return p.finish(), nil
	}
	var err error
	p.left, err = strconv.ParseUint(length, 10, 62)
	p.state = inLength
	return gotHead, err
}

func (p *requestParser) content(data []byte) ([]byte, parserEvent, error) {
	taken := data
	if uint64(len(taken)) > p.left {
		taken = taken[:p.left]
	}
	p.left -= uint64(len(taken))
	if p.sink == nil {
		p.whole = append(p.whole, taken...)
	} else if _, err := p.sink.Write(taken); err != nil {
		p.sink = io.Discard // it was answered before its end: an error here would fail the answer
	}
	rest := data[len(taken):]
	if p.left > 0 {
		return rest, gotNothing, nil
	}
	if p.state == inLength {
		return rest, p.finish(), nil
	}
	p.state = inChunkEnd
	return rest, gotNothing, nil
}

func (p *requestParser) finish() parserEvent {
	p.state = inHead
	if p.sink == nil {
		p.request.Body = io.NopCloser(bytes.NewReader(p.whole))
	}
	return gotRequest
}

func addHeader(to http.Header, line []byte) {
	if colon := bytes.IndexByte(line, ':'); colon > 0 {
		name := http.CanonicalHeaderKey(string(line[:colon]))
		to[name] = append(to[name], string(bytes.TrimSpace(line[colon+1:])))
	}
}
