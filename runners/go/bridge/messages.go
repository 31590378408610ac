package bridge

import (
	"encoding/binary"
	"fmt"
)

// The messages of PROTOCOL.md, section 3, and their frames.

const (
	typeLoad   = 1
	typeInvoke = 2
	typeCancel = 3
	typeDrain  = 4

	typeHello  = 16
	typeReady  = 17
	typeResult = 18
	typeValue  = 19
	typeHead   = 20
	typeChunk  = 21
	typeEnd    = 22
	typeError  = 23
)

const (
	protocolVersion = 1
	lengthSize      = 4
	maxPayload      = 64 << 20

	// prefixSize is the room that binFrame needs before its bytes: a frame's length, an array's
	// header, a type, an id, and the header of a bin, each at its longest.
	prefixSize = lengthSize + 1 + 1 + 5 + 5
	maxBin     = maxPayload - prefixSize
)

// message is any message to the runner; only what its type has is filled in.
type message struct {
	kind        uint32
	id          uint32
	spec        []byte
	requestID   string
	remainingMS uint32
	want        uint32
	event       []byte
	bodyKind    uint32
	body        []byte
	extras      []byte
}

var fieldCounts = map[uint32]int{typeLoad: 1, typeInvoke: 7, typeCancel: 0, typeDrain: 0}

// decode reads one payload, and refuses whatever the protocol does not allow a supervisor to send.
func decode(payload []byte) (message, error) {
	in := &reader{data: payload}
	size := in.array()
	m := message{kind: in.uint(), id: in.uint()}
	if in.err != nil {
		return m, in.err
	}
	fields, known := fieldCounts[m.kind]
	if !known {
		return m, fmt.Errorf("unknown message type %d", m.kind)
	}
	if size != fields+2 {
		return m, fmt.Errorf("message type %d came with %d fields in place of %d", m.kind, size-2, fields)
	}
	switch m.kind {
	case typeLoad:
		m.spec = in.bin()
	case typeInvoke:
		m.requestID, m.remainingMS, m.want = in.str(), in.uint(), in.uint()
		m.event, m.bodyKind, m.body, m.extras = in.bin(), in.uint(), in.maybeBin(), in.maybeBin()
	}
	return m, in.finish()
}

// binFrame frames a message whose one field is bytes: HELLO, READY, VALUE, CHUNK. The bytes stand in
// buffer behind prefixSize bytes of room, and are not moved. What it returns lies in buffer.
func binFrame(buffer []byte, kind, id uint32) []byte {
	size := len(buffer) - prefixSize
	var room [prefixSize]byte
	prefix := appendBinHeader(begin(room[:0], kind, id, 1), size)
	start := prefixSize - len(prefix)
	copy(buffer[start:], prefix)
	return finish(buffer[start:])
}

func headFrame(id, status uint32, headers []string) []byte {
	frame := begin(nil, typeHead, id, 2)
	frame = appendArray(appendUint(frame, status), len(headers))
	for _, text := range headers {
		frame = appendStr(frame, text)
	}
	return finish(frame)
}

func endFrame(id uint32) []byte {
	return finish(begin(nil, typeEnd, id, 0))
}

func errorFrame(id uint32, failure []byte, fatal bool) []byte {
	frame := appendBinHeader(begin(nil, typeError, id, 2), len(failure))
	return finish(appendBool(append(frame, failure...), fatal))
}

func infoFrame(kind uint32, info []byte) []byte {
	return binFrame(append(make([]byte, prefixSize), info...), kind, 0)
}

func begin(to []byte, kind, id uint32, fields int) []byte {
	to = append(to, 0, 0, 0, 0) // the frame's length
	return appendUint(appendUint(appendArray(to, fields+2), kind), id)
}

// finishLong is finish for a frame of which more comes in other buffers.
func finishLong(frame []byte, more int) {
	binary.LittleEndian.PutUint32(frame, uint32(len(frame)-lengthSize+more))
}

func finish(frame []byte) []byte {
	binary.LittleEndian.PutUint32(frame, uint32(len(frame)-lengthSize))
	return frame
}
