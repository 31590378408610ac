package direct

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// A body of megabytes takes encoding/json 15 ms in each direction and more. Where it is a field of a struct, and its
// type leaves no doubt about what encoding/json would do with it, it goes past it.

const (
	longBody = 16 << 10

	kindText   = 1 // PROTOCOL.md, section 3, INVOKE: body_kind
	kindBinary = 2
)

// own is what a type's own ideas of its JSON implement.
var own = []reflect.Type{
	reflect.TypeOf((*json.Marshaler)(nil)).Elem(), reflect.TypeOf((*json.Unmarshaler)(nil)).Elem(),
	reflect.TypeOf((*encoding.TextMarshaler)(nil)).Elem(), reflect.TypeOf((*encoding.TextUnmarshaler)(nil)).Elem(),
	readerType,
}

func isOrdinary(kind reflect.Type) bool {
	for _, each := range own {
		if kind.Implements(each) || reflect.PtrTo(kind).Implements(each) {
			return false
		}
	}
	return kind.Kind() == reflect.Struct
}

// nameOf is a field's name in JSON, as its tag says; empty for one that JSON does not have. False: it is not so plain.
func nameOf(field reflect.StructField) (string, bool) {
	tag := strings.Split(field.Tag.Get("json"), ",")
	if field.Anonymous || len(tag) > 1 && tag[1] != "omitempty" || len(tag) > 2 {
		return "", false
	}
	if tag[0] == "-" && len(tag) == 1 || field.PkgPath != "" {
		return "", true
	}
	if tag[0] == "" {
		return field.Name, true
	}
	return tag[0], true
}

// bodyField finds the field of a struct that JSON's "body" is read into; -1: there is none of type string, or
// no certainty.
func bodyField(kind reflect.Type) int {
	if !isOrdinary(kind) {
		return -1
	}
	found := -1
	for i := 0; i < kind.NumField(); i++ {
		name, isPlain := nameOf(kind.Field(i))
		if !isPlain {
			return -1
		}
		if strings.EqualFold(name, "body") {
			if name != "body" || found >= 0 || kind.Field(i).Type != reflect.TypeOf("") {
				return -1
			}
			found = i
		}
	}
	return found
}

// decode reads the event, as the library does; a long body does not become JSON for it.
func (f *function) decode(event reflect.Value, call Call) error {
	head, body, kind := call.Parts()
	brace := bytes.LastIndexByte(head, '}')
	if f.eventBody < 0 || len(body) < longBody || brace < 0 || kind == kindText && !utf8.Valid(body) {
		return json.NewDecoder(bytes.NewBuffer(call.Event())).Decode(event.Interface())
	}
	text, flag := textOf(body), `,"isBase64Encoded":false`
	if kind == kindBinary {
		text, flag = base64.StdEncoding.EncodeToString(body), `,"isBase64Encoded":true`
	}
	rest := io.MultiReader(bytes.NewReader(head[:brace]), strings.NewReader(flag), bytes.NewReader(head[brace:]))
	err := json.NewDecoder(rest).Decode(event.Interface())
	if err == nil {
		event.Elem().Field(f.eventBody).SetString(text)
	}
	return err
}

// textOf makes text of bytes that nobody changes.
func textOf(body []byte) string {
	return *(*string)(unsafe.Pointer(&body))
}

// bytesOf makes bytes of text, for somebody who does not change them.
func bytesOf(text string) []byte {
	return *(*[]byte)(unsafe.Pointer(&struct {
		text     string
		capacity int
	}{text, len(text)}))
}

// answerShape says where in a struct a response's parts are; -1: it has no such part.
type answerShape struct {
	isPointer                                      bool
	status, single, multi, cookies, body, isBase64 int
}

// answerShapeOf is nil for a type of which JSON might be anything else than these parts.
func answerShapeOf(kind reflect.Type) *answerShape {
	shape := &answerShape{status: -1, single: -1, multi: -1, cookies: -1, body: -1, isBase64: -1}
	if kind.Kind() == reflect.Ptr {
		shape.isPointer = true
		kind = kind.Elem()
	}
	if !isOrdinary(kind) {
		return nil
	}
	parts := map[string]struct {
		at   *int
		like interface{}
	}{
		"statusCode":        {&shape.status, 0},
		"statusDescription": {new(int), ""}, // of ALB's, which has no effect
		"headers":           {&shape.single, map[string]string{}},
		"multiValueHeaders": {&shape.multi, map[string][]string{}},
		"cookies":           {&shape.cookies, []string{}},
		"body":              {&shape.body, ""},
		"isBase64Encoded":   {&shape.isBase64, false},
	}
	for i := 0; i < kind.NumField(); i++ {
		name, isPlain := nameOf(kind.Field(i))
		if !isPlain {
			return nil
		}
		if name == "" {
			continue
		}
		part, known := parts[name]
		if !known || kind.Field(i).Type != reflect.TypeOf(part.like) {
			return nil
		}
		*part.at = i
		delete(parts, name) // a second one of that name is not known
	}
	if shape.status < 0 || shape.body < 0 {
		return nil
	}
	return shape
}

// read takes a response with a long body apart; nil: it shall become JSON.
func (a *answerShape) read(value reflect.Value) *response {
	if a.isPointer {
		value = value.Elem()
	}
	if !value.IsValid() || value.Field(a.body).Len() < longBody {
		return nil
	}
	read := &response{body: value.Field(a.body).String()}
	status := value.Field(a.status).Int()
	if status < 0 || status > 1<<32-1 || !utf8.ValidString(read.body) {
		return nil
	}
	read.status = uint32(status)
	if a.single >= 0 {
		read.single = value.Field(a.single).Interface().(map[string]string)
	}
	if a.multi >= 0 {
		read.multi = value.Field(a.multi).Interface().(map[string][]string)
	}
	if a.cookies >= 0 {
		read.cookies = value.Field(a.cookies).Interface().([]string)
	}
	if a.isBase64 >= 0 {
		read.is64 = value.Field(a.isBase64).Bool()
	}
	if !read.isText() {
		return nil
	}
	return read
}

// manyHeaders is what a list in a frame may hold, with room to spare.
const manyHeaders = 1000

// isText tells whether JSON would leave the headers as they are.
func (r *response) isText() bool {
	count := len(r.cookies) + len(r.single)
	for name, value := range r.single {
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			return false
		}
	}
	for name, values := range r.multi {
		count += len(values)
		if values == nil || !utf8.ValidString(name) { // nil is null in JSON, and no list
			return false
		}
		for _, value := range values {
			if !utf8.ValidString(value) {
				return false
			}
		}
	}
	for _, cookie := range r.cookies {
		if !utf8.ValidString(cookie) {
			return false
		}
	}
	return count < manyHeaders
}
