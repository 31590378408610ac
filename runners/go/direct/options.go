package direct

import (
	"context"
	"io"
	"reflect"
	"unsafe"

	"github.com/aws/aws-lambda-go/lambda"
)

type handlerFunc = func(context.Context, []byte) (io.Reader, error)

// options is what is used of the library's handlerOptions (lambda/handler.go).
type options struct {
	handler  handlerFunc
	base     context.Context
	isPlain  bool // no option changes how JSON is read and written
	function *function
}

// optionsOf finds the fields by name, and takes them only if they are of the type that is expected.
func optionsOf(handler lambda.Handler) (*options, bool) {
	pointer := reflect.ValueOf(handler)
	if pointer.Kind() != reflect.Ptr || pointer.IsNil() || pointer.Elem().Kind() != reflect.Struct {
		return nil, false
	}
	found := &options{}
	called := field(pointer.Elem(), "handlerFunc", reflect.Func)
	base := field(pointer.Elem(), "baseContext", reflect.Interface)
	if !called.IsValid() || !base.IsValid() || !called.Type().ConvertibleTo(reflect.TypeOf(found.handler)) {
		return nil, false
	}
	found.handler = called.Convert(reflect.TypeOf(found.handler)).Interface().(handlerFunc)
	var ok bool
	if found.base, ok = base.Interface().(context.Context); !ok || found.handler == nil {
		return nil, false
	}
	found.isPlain = isPlain(pointer.Elem())
	if found.isPlain {
		found.function = functionOf(found.handler)
	}
	return found, true
}

// isPlain tells whether the options that change JSON, as many as this version has, are at their defaults.
func isPlain(options reflect.Value) bool {
	for i := 0; i < options.NumField(); i++ {
		name := options.Type().Field(i).Name
		if len(name) > 4 && name[:4] == "json" && name != "jsonOutBufferPool" && !isZero(options.Field(i)) {
			return false
		}
	}
	return true
}

func isZero(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Bool:
		return !value.Bool()
	case reflect.String:
		return value.Len() == 0
	}
	return false // an option that is not known
}

// field reads a field that is not exported.
func field(of reflect.Value, name string, kind reflect.Kind) reflect.Value {
	found := of.FieldByName(name)
	if !found.IsValid() || found.Kind() != kind || !found.CanAddr() {
		return reflect.Value{}
	}
	return reflect.NewAt(found.Type(), unsafe.Pointer(found.UnsafeAddr())).Elem()
}
