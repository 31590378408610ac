package direct

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"reflect"
	"runtime"
	"strings"
	"unsafe"

	"github.com/aws/aws-lambda-go/lambda/handlertrace"
)

// function is the author's own: what lambda.Start was given. The library keeps it in a closure only (reflectHandler in
// lambda/handler.go). To call it here saves the JSON of long bodies.
type function struct {
	value        reflect.Value
	takesContext bool
	event        reflect.Type // nil: none
	eventBody    int          // the event's field "body", or -1
	answer       *answerShape // nil: an answer becomes JSON in any case
}

const (
	// closureWords is what the closure holds: its code, the function as a reflect.Value (3) and its type as an
	// interface (2), a bool, the options, and before v1.51 a buffer.
	closureWords = 9
	wordSize     = unsafe.Sizeof(uintptr(0))

	// heapPage is what Go's heap gives out at least: what is in one page can be read.
	heapPage = 8 << 10
)

var (
	contextType = reflect.TypeOf((*context.Context)(nil)).Elem()
	errorType   = reflect.TypeOf((*error)(nil)).Elem()
	readerType  = reflect.TypeOf((*io.Reader)(nil)).Elem()
)

// functionOf finds the author's function, or nil. What it looks for cannot be there by chance: the table of
// methods by which every reflect.Type is one, with a type of functions behind it; and that type again, followed by
// a pointer and by the flags of a reflect.Value that holds a function.
func functionOf(handler handlerFunc) *function {
	closure := *(*unsafe.Pointer)(unsafe.Pointer(&handler))
	code := runtime.FuncForPC(*(*uintptr)(closure))
	if code == nil || !strings.HasPrefix(code.Name(), library+"/lambda.reflectHandler.func") {
		return nil
	}
	if uintptr(closure)%heapPage > heapPage-closureWords*wordSize {
		return nil
	}
	words := wordsOf(closure)
	kind := typeIn(words, closure)
	if kind == nil || kind.Kind() != reflect.Func {
		return nil
	}
	at := -1
	for i := 1; i+2 < closureWords; i++ {
		if words[i] == identity(kind)[1] && words[i+1] != 0 && words[i+2] == uintptr(reflect.Func) {
			at = i + 1
		}
	}
	if at < 0 {
		return nil
	}
	return shaped(reflect.NewAt(kind, pointerTo(closure, at)).Elem())
}

//go:nocheckptr
func wordsOf(closure unsafe.Pointer) (words [closureWords]uintptr) {
	for i := range words {
		words[i] = *(*uintptr)(pointerTo(closure, i))
	}
	return words
}

//go:nocheckptr
func pointerTo(closure unsafe.Pointer, word int) unsafe.Pointer {
	return unsafe.Pointer(uintptr(closure) + uintptr(word)*wordSize)
}

// typeIn finds the reflect.Type among what the closure holds.
func typeIn(words [closureWords]uintptr, closure unsafe.Pointer) reflect.Type {
	methods := identity(contextType)[0]
	for i := 1; i+1 < closureWords; i++ {
		if words[i] == methods && words[i+1] != 0 {
			return *(*reflect.Type)(pointerTo(closure, i))
		}
	}
	return nil
}

// identity is the two words of an interface: the methods, and what is behind it.
func identity(of reflect.Type) [2]uintptr {
	return *(*[2]uintptr)(unsafe.Pointer(&of))
}

// shaped is nil for a function that gains nothing by being called here.
func shaped(value reflect.Value) *function {
	kind := value.Type()
	found := &function{value: value, eventBody: -1}
	if kind.IsVariadic() || kind.NumIn() > 2 || kind.NumOut() != 2 || kind.Out(1) != errorType {
		return nil
	}
	in := kind.NumIn()
	found.takesContext = in > 0 && kind.In(0) == contextType
	if in == 2 && !found.takesContext {
		return nil
	}
	if in == 2 || in == 1 && !found.takesContext {
		found.event = kind.In(in - 1)
		found.eventBody = bodyField(found.event)
	}
	found.answer = answerShapeOf(kind.Out(0))
	if found.eventBody < 0 && found.answer == nil || kind.Out(0).Implements(readerType) {
		return nil
	}
	return found
}

// call does what the library's closure does.
func (f *function) call(ctx context.Context, call Call) (interface{}, error) {
	trace := handlertrace.FromContext(ctx)
	args := make([]reflect.Value, 0, 2)
	if f.takesContext {
		args = append(args, reflect.ValueOf(ctx))
	}
	if f.event != nil {
		event := reflect.New(f.event)
		if err := f.decode(event, call); err != nil {
			return nil, err
		}
		if trace.RequestEvent != nil {
			trace.RequestEvent(ctx, event.Elem().Interface())
		}
		args = append(args, event.Elem())
	}
	returned := f.value.Call(args)
	if err, ok := returned[1].Interface().(error); ok && err != nil {
		return nil, err
	}
	value := returned[0].Interface()
	if trace.ResponseEvent != nil {
		trace.ResponseEvent(ctx, value)
	}
	if f.answer != nil && call.WantsResponse() {
		if plain := f.answer.read(returned[0]); plain != nil {
			return plain, nil
		}
	}
	out := bytes.NewBuffer(nil)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		if reader, ok := value.(io.Reader); ok {
			return reader, nil
		}
		return nil, err
	}
	if reader, ok := value.(io.Reader); ok && strings.HasPrefix(out.String(), "{}") {
		return reader, nil
	}
	out.Truncate(out.Len() - 1)
	return jsonAnswer{out}, nil
}
