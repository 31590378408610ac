package bridge

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"testing/quick"
)

type assembled struct {
	Path            string  `json:"path"`
	Body            *string `json:"body"`
	IsBase64Encoded *bool   `json:"isBase64Encoded"`
}

func assembleInto(t *testing.T, kind uint32, body []byte) assembled {
	t.Helper()
	event, err := assemble([]byte("{\"path\":\"/}\"} \n"), kind, body)
	if err != nil {
		t.Fatal(err)
	}
	var got assembled
	if err := json.Unmarshal(event, &got); err != nil {
		t.Fatalf("%v in %.200q", err, event)
	}
	if got.Path != "/}" || got.Body == nil || got.IsBase64Encoded == nil {
		t.Fatalf("something is missing in %.200q", event)
	}
	return got
}

func TestTextBodyArrivesAsItIs(t *testing.T) {
	every := make([]byte, 0x80)
	for i := range every {
		every[i] = byte(i)
	}
	for _, body := range []string{"", "plain", `"quoted" \ back`, "a\nb\r\tc\x00\x1f\x7f", "größe ✓ 𝄞 \u2028", string(every)} {
		if got := assembleInto(t, bodyText, []byte(body)); *got.Body != body || *got.IsBase64Encoded {
			t.Errorf("%q became %q", body, *got.Body)
		}
	}
	text := func(body string) bool {
		body = strings.ToValidUTF8(body, "")
		return *assembleInto(t, bodyText, []byte(body)).Body == body
	}
	if err := quick.Check(text, nil); err != nil {
		t.Error(err)
	}
}

func TestBinaryBodyArrivesInBase64(t *testing.T) {
	binary := func(body []byte) bool {
		got := assembleInto(t, bodyBinary, body)
		decoded, err := base64.StdEncoding.DecodeString(*got.Body)
		return err == nil && bytes.Equal(decoded, body) && *got.IsBase64Encoded
	}
	if err := quick.Check(binary, nil); err != nil {
		t.Error(err)
	}
}

func TestRawEventIsNotTouched(t *testing.T) {
	for _, event := range []string{`[1, 12345678901234567890]`, `"text"`, `{"n":1.0}`} {
		if got, err := assemble([]byte(event), bodyRaw, nil); err != nil || string(got) != event {
			t.Errorf("%q, %v", got, err)
		}
	}
}

func TestBodyBesideAnEventThatIsNoObjectIsRefused(t *testing.T) {
	for _, kind := range []uint32{bodyText, bodyBinary} {
		if got, err := assemble([]byte(`[]`), kind, nil); err == nil {
			t.Errorf("%q", got)
		}
	}
	if got, err := assemble([]byte(`{"a":1}`), 3, nil); err == nil {
		t.Errorf("%q", got)
	}
}

func BenchmarkAssembleText6MB(b *testing.B) {
	body := bytes.Repeat([]byte("some text with a \"quote\" and a line\n"), 6<<20/36)
	b.SetBytes(int64(len(body)))
	for i := 0; i < b.N; i++ {
		if _, err := assemble([]byte(`{"path":"/"}`), bodyText, body); err != nil {
			b.Fatal(err)
		}
	}
}

func TestTextIsEscapedWhereverItsBytesStand(t *testing.T) {
	plain := []byte("plain text, and \x7f\x80\xff\xa2\xdc beyond ASCII")
	for at := range plain {
		for c := 0; c < 256; c++ {
			text := append([]byte(nil), plain...)
			text[at] = byte(c)
			var expected []byte
			for _, each := range text {
				if escape := escapes[each]; escape != "" {
					expected = append(expected, escape...)
				} else {
					expected = append(expected, each)
				}
			}
			if got := appendJSONText(nil, text); string(got) != `"`+string(expected)+`"` {
				t.Fatalf("%q at %d became %q", c, at, got)
			}
		}
	}
}

func BenchmarkTextOf6MB(b *testing.B) {
	text := bytes.Repeat([]byte("0123456789abcdef"), 375000)
	to := make([]byte, 0, len(text)+2)
	for i := 0; i < b.N; i++ {
		appendJSONText(to, text)
	}
}
