package bridge

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

// frameReader cuts the input pipe into payloads; a length is judged before anything is allocated.
type frameReader struct {
	input *bufio.Reader
}

func newFrameReader(input io.Reader) *frameReader {
	return &frameReader{bufio.NewReaderSize(input, 64<<10)}
}

// next returns one payload, the caller's to keep. Its error is io.EOF when the supervisor is gone, in
// the middle of a frame or not.
func (f *frameReader) next() ([]byte, error) {
	var length [lengthSize]byte
	if err := f.fill(length[:]); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(length[:])
	if size == 0 || size > maxPayload {
		return nil, fmt.Errorf("a frame of %d bytes was announced", size)
	}
	payload := make([]byte, size)
	return payload, f.fill(payload)
}

func (f *frameReader) fill(to []byte) error {
	_, err := io.ReadFull(f.input, to)
	if err == io.ErrUnexpectedEOF {
		return io.EOF
	}
	return err
}

// frameWriter puts whole frames into the output pipe, one at a time. A write blocks while the pipe is
// full: that is the back-pressure a streamed response feels.
type frameWriter struct {
	mutex  sync.Mutex
	output io.Writer
	broken func(error)
}

func (f *frameWriter) write(frame ...[]byte) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, part := range joined(frame) {
		if _, err := f.output.Write(part); err != nil {
			f.broken(err)
		}
	}
}

// shortFrame is what is copied rather than written in parts.
const shortFrame = 64 << 10

func joined(parts [][]byte) [][]byte {
	if len(parts) == 1 {
		return parts
	}
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	if size > shortFrame {
		return parts
	}
	whole := make([]byte, 0, size)
	for _, part := range parts {
		whole = append(whole, part...)
	}
	return [][]byte{whole}
}
