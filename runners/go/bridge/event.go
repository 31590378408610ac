package bridge

import (
	"bytes"
	"encoding/base64"
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
	for i, c := range text {
		if escape := escapes[c]; escape != "" {
			to = append(append(to, text[start:i]...), escape...)
			start = i + 1
		}
	}
	return append(append(to, text[start:]...), '"')
}
