package bridge

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
)

const (
	bodyRaw    = 0
	bodyText   = 1
	bodyBinary = 2
)

// assemble makes the event that the handler gets: the body, which travels raw beside the event, is put
// before the event's last brace (PROTOCOL.md, section 3, INVOKE).
func assemble(event []byte, kind uint32, body []byte) ([]byte, error) {
	if kind == bodyRaw {
		return event, nil
	}
	brace := bytes.LastIndexByte(event, '}')
	if brace < 0 {
		return nil, errors.New("an event with a body is not a JSON object")
	}
	switch kind {
	case bodyText:
		// A 32nd for escapes: HTML and JSON have more, and grow once.
		whole := make([]byte, 0, len(event)+len(body)+len(body)/32+64)
		whole = append(append(whole, event[:brace]...), `,"body":`...)
		whole = appendJSONText(whole, body)
		return append(append(whole, `,"isBase64Encoded":false`...), event[brace:]...), nil
	case bodyBinary:
		encoded := base64.StdEncoding.EncodedLen(len(body))
		whole := make([]byte, 0, len(event)+encoded+64)
		whole = append(append(whole, event[:brace]...), `,"body":"`...)
		start := len(whole)
		whole = whole[:start+encoded]
		base64.StdEncoding.Encode(whole[start:], body)
		return append(append(whole, `","isBase64Encoded":true`...), event[brace:]...), nil
	}
	return nil, errors.New("an event has a body of an unknown kind")
}

const hexDigits = "0123456789abcdef"

// escapes holds, for each byte that may not stand in a JSON string, what stands for it.
var escapes = func() (table [256]string) {
	for c := 0; c < 0x20; c++ {
		table[c] = `\u00` + string(hexDigits[c>>4]) + string(hexDigits[c&15])
	}
	table['\n'], table['\r'], table['\t'] = `\n`, `\r`, `\t`
	table['"'], table['\\'] = `\"`, `\\`
	return table
}()

// appendJSONText quotes UTF-8 text. encoding/json would check each character, and escape more.
func appendJSONText(to, text []byte) []byte {
	to = append(to, '"')
	start := 0
	for i := plainUntil(text, 0); i < len(text); i = plainUntil(text, start) {
		to = append(append(to, text[start:i]...), escapes[text[i]]...)
		start = i + 1
	}
	return append(append(to, text[start:]...), '"')
}

// plainUntil finds the first byte, from there on, that must be escaped, or the end. It looks at eight at a
// time: a body of 6 MB is one stretch more often than not.
func plainUntil(text []byte, from int) int {
	i := from
	for ; i+8 <= len(text); i += 8 {
		if hasSpecial(binary.LittleEndian.Uint64(text[i:])) {
			break
		}
	}
	for ; i < len(text); i++ {
		if escapes[text[i]] != "" {
			break
		}
	}
	return i
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// hasSpecial tells whether one of eight bytes is a quote, a backslash or below 0x20. Each term sets the high
// bit of a byte that is; a borrow can set one more, but never the only one.
func hasSpecial(eight uint64) bool {
	quotes, slashes := eight^ones*'"', eight^ones*'\\'
	return ((eight-ones*0x20)&^eight|(quotes-ones)&^quotes|(slashes-ones)&^slashes)&highs != 0
}
