package bridge

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"
)

// The part of MessagePack that the runner protocol uses (PROTOCOL.md, section 2): arrays, unsigned
// integers up to 2^32-1, str, bin, nil and bool. Reading takes any encoding, writing the shortest.

const maxUint = 1<<32 - 1

// reader takes a payload apart. After the first mistake it yields zero values and keeps the mistake.
type reader struct {
	data []byte
	err  error
}

func (r *reader) array() int {
	switch c := r.byte(); {
	case c >= 0x90 && c <= 0x9f:
		return int(c & 0x0f)
	case c == 0xdc:
		return int(r.number(2))
	case c == 0xdd:
		return int(r.number(4))
	}
	r.fail("an array was expected")
	return 0
}

func (r *reader) uint() uint32 {
	c := r.byte()
	if c <= 0x7f {
		return uint32(c)
	}
	if c < 0xcc || c > 0xcf {
		r.fail("an unsigned integer was expected")
		return 0
	}
	return r.number(1 << (c - 0xcc))
}

func (r *reader) str() string {
	var text []byte
	switch c := r.byte(); {
	case c >= 0xa0 && c <= 0xbf:
		text = r.take(uint32(c & 0x1f))
	case c >= 0xd9 && c <= 0xdb:
		text = r.take(r.number(1 << (c - 0xd9)))
	default:
		r.fail("a string was expected")
	}
	if !utf8.Valid(text) {
		r.fail("a string is not UTF-8")
	}
	return string(text)
}

// bin yields the bytes where they stand in the payload; nothing is copied.
func (r *reader) bin() []byte {
	c := r.byte()
	if c < 0xc4 || c > 0xc6 {
		r.fail("bytes were expected")
		return nil
	}
	return r.take(r.number(1 << (c - 0xc4)))
}

// maybeBin yields nil for nil, and for empty bytes a slice that is not nil.
func (r *reader) maybeBin() []byte {
	if len(r.data) > 0 && r.data[0] == 0xc0 {
		r.data = r.data[1:]
		return nil
	}
	return r.bin()
}

// finish says what was wrong, bytes left over included.
func (r *reader) finish() error {
	if len(r.data) > 0 {
		r.fail("there are bytes behind the message")
	}
	return r.err
}

func (r *reader) byte() byte {
	if one := r.take(1); one != nil {
		return one[0]
	}
	return 0xc1 // never used in MessagePack: no caller takes it
}

func (r *reader) number(size uint32) uint32 {
	var whole [8]byte
	copy(whole[8-size:], r.take(size))
	n := binary.BigEndian.Uint64(whole[:])
	if n > maxUint {
		r.fail("a number is over 2^32-1")
		return 0
	}
	return uint32(n)
}

func (r *reader) take(size uint32) []byte {
	if uint64(size) > uint64(len(r.data)) {
		r.fail("the payload ends too early")
		return nil
	}
	taken := r.data[:size:size]
	r.data = r.data[size:]
	return taken
}

func (r *reader) fail(reason string) {
	if r.err == nil {
		r.err = errors.New(reason)
	}
	r.data = nil
}

func appendArray(to []byte, size int) []byte {
	switch {
	case size <= 15:
		return append(to, 0x90|byte(size))
	case size <= 0xffff:
		return append(to, 0xdc, byte(size>>8), byte(size))
	}
	return append(append(to, 0xdd), bigEndian(size)...)
}

func appendUint(to []byte, n uint32) []byte {
	switch {
	case n <= 0x7f:
		return append(to, byte(n))
	case n <= 0xff:
		return append(to, 0xcc, byte(n))
	case n <= 0xffff:
		return append(to, 0xcd, byte(n>>8), byte(n))
	}
	return append(append(to, 0xce), bigEndian(int(n))...)
}

func appendStr(to []byte, text string) []byte {
	switch size := len(text); {
	case size <= 31:
		to = append(to, 0xa0|byte(size))
	case size <= 0xff:
		to = append(to, 0xd9, byte(size))
	case size <= 0xffff:
		to = append(to, 0xda, byte(size>>8), byte(size))
	default:
		to = append(append(to, 0xdb), bigEndian(size)...)
	}
	return append(to, text...)
}

// appendBinHeader announces bytes that follow.
func appendBinHeader(to []byte, size int) []byte {
	switch {
	case size <= 0xff:
		return append(to, 0xc4, byte(size))
	case size <= 0xffff:
		return append(to, 0xc5, byte(size>>8), byte(size))
	}
	return append(append(to, 0xc6), bigEndian(size)...)
}

func appendBool(to []byte, value bool) []byte {
	if value {
		return append(to, 0xc3)
	}
	return append(to, 0xc2)
}

func bigEndian(n int) []byte {
	return []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
}
