package bridge

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// fields is a message of the golden frames: bytes stand as {"hex": …}, JSON inside bytes as a string.
type fields map[string]interface{}

func readVectors(t *testing.T, name string, into interface{}) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "vectors", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (f fields) bytes(t *testing.T, key string) []byte {
	t.Helper()
	switch value := f[key].(type) {
	case string:
		return []byte(value)
	case map[string]interface{}:
		return unhex(t, value["hex"].(string))
	case nil:
		return nil
	}
	t.Fatalf("%s is no bytes: %v", key, f[key])
	return nil
}

func (f fields) uint(key string) uint32 {
	number, _ := f[key].(float64)
	return uint32(number)
}

func TestGoldenFrames(t *testing.T) {
	var vectors []struct {
		Name, Direction, Frame string
		Message                fields
	}
	readVectors(t, "messages.json", &vectors)
	seen := map[string]int{}
	for _, vector := range vectors {
		frame := unhex(t, vector.Frame)
		t.Run(vector.Name, func(t *testing.T) {
			if vector.Direction == "to_runner" {
				checkDecoded(t, vector.Message, frame)
			} else {
				checkEncoded(t, vector.Message, frame)
			}
		})
		seen[vector.Message["type"].(string)]++
	}
	for _, kind := range []string{"LOAD", "INVOKE", "CANCEL", "DRAIN", "HELLO", "READY", "VALUE", "HEAD", "CHUNK", "END", "ERROR"} {
		if seen[kind] == 0 {
			t.Errorf("no golden frame of %s", kind)
		}
	}
}

func checkDecoded(t *testing.T, want fields, frame []byte) {
	t.Helper()
	got, err := decode(frame[lengthSize:])
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]uint32{"LOAD": typeLoad, "INVOKE": typeInvoke, "CANCEL": typeCancel, "DRAIN": typeDrain}
	requestID, _ := want["request_id"].(string)
	same := got.kind == kinds[want["type"].(string)] && got.id == want.uint("id") &&
		got.requestID == requestID && got.remainingMS == want.uint("remaining_ms") &&
		got.want == want.uint("want") && got.bodyKind == want.uint("body_kind")
	if !same {
		t.Errorf("got %+v, want %v", got, want)
	}
	checkBytes(t, "spec", got.spec, want.bytes(t, "spec"))
	checkBytes(t, "event", got.event, want.bytes(t, "event"))
	checkBytes(t, "body", got.body, want.bytes(t, "body"))
	checkBytes(t, "extras", got.extras, want.bytes(t, "extras"))
}

func checkEncoded(t *testing.T, from fields, want []byte) {
	t.Helper()
	id := from.uint("id")
	room := make([]byte, prefixSize)
	var got []byte
	switch from["type"] {
	case "HELLO":
		got = infoFrame(typeHello, from.bytes(t, "info"))
	case "READY":
		got = infoFrame(typeReady, from.bytes(t, "info"))
	case "VALUE":
		got = binFrame(append(room, from.bytes(t, "value")...), typeValue, id)
	case "CHUNK":
		got = binFrame(append(room, from.bytes(t, "data")...), typeChunk, id)
	case "HEAD":
		var headers []string
		for _, each := range from["headers"].([]interface{}) {
			headers = append(headers, each.(string))
		}
		got = headFrame(id, from.uint("status"), headers)
	case "END":
		got = endFrame(id)
	case "ERROR":
		got = errorFrame(id, from.bytes(t, "error"), from["fatal"].(bool))
	case "RESULT", "LOG", "LOADED", "HOLD", "RELEASE":
		t.Skip("the Go runner sends VALUE and holds nothing, its log is fds 1 and 2, and its build knows what was loaded")
	}
	checkBytes(t, "frame", got, want)
}

func checkBytes(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if string(got) != string(want) || (got == nil) != (want == nil) {
		t.Errorf("%s is %.120q, want %.120q", what, got, want)
	}
}

func TestInvalidPayloadsAreRefused(t *testing.T) {
	var vectors []struct{ Name, Direction, Payload string }
	readVectors(t, "invalid.json", &vectors)
	refused := 0
	for _, vector := range vectors {
		if vector.Direction != "to_runner" {
			continue
		}
		refused++
		if got, err := decode(unhex(t, vector.Payload)); err == nil {
			t.Errorf("%s was taken for %+v", vector.Name, got)
		}
	}
	if refused == 0 {
		t.Error("there are no invalid payloads to refuse")
	}
}
