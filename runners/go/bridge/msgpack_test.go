package bridge

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestReadersTakeLongerEncodingsThanNeeded(t *testing.T) {
	for name, payload := range map[string]string{
		"array 16":       "\xdc\x00\x02\x04\x00",
		"array 32":       "\xdd\x00\x00\x00\x02\x04\x00",
		"uint 8":         "\x92\xcc\x04\xcc\x00",
		"uint 16 and 32": "\x92\xcd\x00\x04\xce\x00\x00\x00\x00",
		"uint 64":        "\x92\x04\xcf\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		if m, err := decode([]byte(payload)); err != nil || m.kind != typeDrain || m.id != 0 {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
	long := "\x99\x02\x01\xdb\x00\x00\x00\x01r\x01\x01\xc6\x00\x00\x00\x02{}\x00\xc5\x00\x01b\xc0"
	m, err := decode([]byte(long))
	if err != nil || m.requestID != "r" || string(m.event) != "{}" || string(m.body) != "b" || m.extras != nil {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestNumbersOverTheLimitAreRefused(t *testing.T) {
	for _, payload := range []string{
		"\x92\x04\xcf\x00\x00\x00\x01\x00\x00\x00\x00", // an id of 2^32
		"\x93\x01\x00\xc6\xff\xff\xff\xff",             // bytes that are not there
		"\xdd\xff\xff\xff\xff\x04\x00",
	} {
		if m, err := decode([]byte(payload)); err == nil {
			t.Errorf("%q was taken for %+v", payload, m)
		}
	}
}

func TestEachLengthGetsTheShortestHeader(t *testing.T) {
	for size, header := range map[int]string{
		31: "\xbf", 32: "\xd9\x20", 255: "\xd9\xff", 256: "\xda\x01\x00", 65536: "\xdb\x00\x01\x00\x00",
	} {
		text := strings.Repeat("x", size)
		if got := string(appendStr(nil, text)); got != header+text {
			t.Errorf("a string of %d begins with %q", size, got[:6])
		}
	}
	for size, header := range map[int]string{0: "\xc4\x00", 255: "\xc4\xff", 256: "\xc5\x01\x00", 65536: "\xc6\x00\x01\x00\x00"} {
		if got := string(appendBinHeader(nil, size)); got != header {
			t.Errorf("%d bytes begin with %q", size, got)
		}
	}
	for size, header := range map[int]string{15: "\x9f", 16: "\xdc\x00\x10", 65536: "\xdd\x00\x01\x00\x00"} {
		if got := string(appendArray(nil, size)); got != header {
			t.Errorf("an array of %d begins with %q", size, got)
		}
	}
}

func FuzzDecodeNeverPanics(f *testing.F) {
	f.Add([]byte("\x99\x02\x01\xa1r\x01\x01\xc4\x02{}\x00\xc4\x01b\xc0"))
	f.Add([]byte("\x93\x01\x00\xc4\x02{}"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		if m, err := decode(payload); err == nil && m.kind > typeDrain {
			t.Errorf("%+v", m)
		}
	})
}

func TestFramesAreReadWholeAndLengthsAreJudgedFirst(t *testing.T) {
	frames := newFrameReader(io.MultiReader(
		strings.NewReader("\x02\x00"), strings.NewReader("\x00\x00a"), strings.NewReader("b\x01\x00\x00\x00c\x09")))
	for _, want := range []string{"ab", "c"} {
		if got, err := frames.next(); err != nil || string(got) != want {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if _, err := frames.next(); err != io.EOF {
		t.Errorf("half a frame: %v", err)
	}
	for _, length := range []string{"\x00\x00\x00\x00", "\x01\x00\x00\x04", "\xff\xff\xff\xff"} {
		if _, err := newFrameReader(bytes.NewReader([]byte(length))).next(); err == nil || err == io.EOF {
			t.Errorf("length %q: %v", length, err)
		}
	}
}

func TestFrameDescriptorsThatAreNoneAreRefused(t *testing.T) {
	for _, pair := range []string{"", "3", "3,4,5", "x,4", "9998,9999"} {
		if _, _, err := openFrames(pair); err == nil {
			t.Errorf("%q was taken", pair)
		}
	}
}
