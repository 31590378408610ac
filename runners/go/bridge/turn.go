package bridge

import (
	"fmt"
	"runtime"
	"time"
)

// One goroutine at a time reads the frames, and it is the one that wants the next invocation: the handler's own.
// A blocking read there wakes one thread for a call. A reader of its own, with Go's poller, a queue between the two and
// the threads that the scheduler wakes beside them, cost four switches a call and more processor time than the call.
//
//	next: waits for frames itself ──INVOKE──▶ runs the handler; nobody reads ──answer──▶ next
//	                                             └─ for longer than patience: listen ─▶ CANCEL, DRAIN, the end
//
// Whoever finds somebody reading waits for the queue.

const (
	// readPatience is for how long nobody reads while a handler runs, or twice that.
	readPatience = 10 * time.Millisecond

	// yieldEvery is well below the 10 ms after which Go's monitor takes a goroutine that never gave way for one that
	// computes: it then looks 20,000 times a second, and takes the processor away in each read.
	yieldEvery = 3 * time.Millisecond
)

// listen reads until all who wait have an invocation. Whoever calls it has the turn.
func (s *session) listen() {
	for {
		isInvoke := s.take(s.receive())
		if isInvoke && s.endTurn() {
			return
		}
	}
}

// take does what a message says, and tells whether it was an INVOKE.
func (s *session) take(m message) bool {
	switch {
	case m.kind == typeDrain:
		s.drain()
	case (m.kind == typeLoad) == isClosed(s.loaded):
		violation(fmt.Errorf("message type %d came at the wrong moment", m.kind))
	case m.kind == typeLoad:
		s.load(m)
	case m.kind == typeInvoke:
		s.accept(m)
		return true
	case m.kind == typeCancel:
		s.cancel(m.id)
	}
	return false
}

// takeTurn makes the caller the reader, unless there is one.
func (s *session) takeTurn() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.isRead {
		return false
	}
	s.isRead = true
	return true
}

// endTurn lets nobody read for a while. False: somebody waits for more, and the caller goes on.
func (s *session) endTurn() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.waiting > len(s.queue) {
		return false
	}
	s.isRead = false
	s.turns++
	if !s.isWatched {
		s.isWatched = true
		s.watch.Reset(readPatience)
	}
	return true
}

// watched reads when nobody has for a while. It looks again for as long as invocations come: to set the timer anew for
// each would wake threads.
func (s *session) watched() {
	if s.look() {
		s.listen()
	}
}

// look tells whether the caller has the turn.
func (s *session) look() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.turns != s.seenTurns {
		s.seenTurns = s.turns
		s.watch.Reset(readPatience)
		return false
	}
	s.isWatched = false
	mine := !s.isRead
	s.isRead = true
	return mine
}

// giveWay is for whoever has the turn.
func (s *session) giveWay() {
	if s.accepted.Sub(s.gaveWay) > yieldEvery {
		s.gaveWay = s.accepted
		runtime.Gosched()
	}
}
