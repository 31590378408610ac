package bridge

import (
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// An invocation is accepted (its INVOKE came), handed out (`next` got it), being answered, finished.
// The session holds those between the first and the last step.

const (
	// queueLength is far above any concurrency: the supervisor sends the next INVOKE after an ending.
	queueLength = 1024

	// shutdownGrace is what Lambda leaves between SIGTERM and SIGKILL to a function with an internal
	// extension (docs.aws.amazon.com, "Lambda runtime environment lifecycle", shutdown phase).
	shutdownGrace = 500 * time.Millisecond

	longestHeadStart = 100 * time.Millisecond
)

type invocation struct {
	message
	deadline  time.Time
	answering bool
	cancelled chan struct{} // closed by CANCEL
}

type session struct {
	input   *frameReader
	frames  *frameWriter
	exit    func(status int)
	started time.Time
	loaded  chan struct{} // closed by LOAD; arn is there from then on
	arn     string
	queue   chan *invocation
	buffers sync.Pool // of *[]byte, at least prefixSize long

	watch *time.Timer // calls watched

	accepted time.Time // the last INVOKE; this and the next are the reader's
	gaveWay  time.Time

	mutex      sync.Mutex
	project    project                // from LOAD on
	isRead     bool                   // somebody has the turn (turn.go)
	isWatched  bool                   // watch is set
	turns      int                    // that have ended
	seenTurns  int                    // by watched
	handedOut  map[string]*invocation // by request id
	unfinished int
	waiting    int // callers of next
	isReady    bool
	isDraining bool
	isDoomed   bool // a fatal ERROR was sent: nothing is handed out any more
	hasSIGTERM bool // an internal extension was registered
}

func newSession(input *frameReader, frames *frameWriter, exit func(int)) *session {
	s := &session{
		input:     input,
		frames:    frames,
		exit:      exit,
		started:   time.Now(),
		loaded:    make(chan struct{}),
		queue:     make(chan *invocation, queueLength),
		handedOut: make(map[string]*invocation),
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.watch, s.isWatched = time.AfterFunc(readPatience, s.watched), true
	return s
}

// accept queues an INVOKE.
func (s *session) accept(m message) {
	remaining := time.Duration(m.remainingMS) * time.Millisecond
	remaining -= headStart(remaining)
	s.mutex.Lock()
	s.unfinished++
	s.mutex.Unlock()
	s.accepted = time.Now()
	select {
	case s.queue <- &invocation{
		message: m, deadline: s.accepted.Add(remaining), cancelled: make(chan struct{}),
	}:
	default:
		violation(fmt.Errorf("more than %d invocations came without an ending", queueLength))
	}
}

// headStart is how much earlier than the supervisor stops the process a call's context is done, so that code
// which waits for that can still log, and answer.
func headStart(remaining time.Duration) time.Duration {
	if tenth := remaining / 10; tenth < longestHeadStart {
		return tenth
	}
	return longestHeadStart
}

// next waits for an invocation, or for done; nil means that there will be none. Only one that cannot be given up
// reads by itself.
func (s *session) next(done <-chan struct{}) *invocation {
	if done == nil && s.takeTurn() {
		return s.read()
	}
	return s.await(done)
}

// read waits for an invocation by reading frames. The caller has the turn.
func (s *session) read() *invocation {
	for !isClosed(s.loaded) {
		s.take(s.receive())
	}
	if !s.wait() {
		s.endTurn()
		return nil
	}
	s.giveWay()
	for {
		select {
		case got := <-s.queue:
			s.handOut(got)
			if !s.endTurn() {
				go s.listen()
			}
			return got
		default:
			s.take(s.receive())
		}
	}
}

// haveRead sees to it that somebody reads.
func (s *session) haveRead() {
	if s.takeTurn() {
		go s.listen()
	}
}

// await waits for an invocation that another goroutine reads.
func (s *session) await(done <-chan struct{}) *invocation {
	s.haveRead() // LOAD, too: nobody else may be there to read it
	select {
	case <-s.loaded:
	case <-done:
		return nil
	}
	if !s.wait() {
		return nil
	}
	s.haveRead()
	var got *invocation
	select {
	case got = <-s.queue:
		if isClosed(done) { // whoever asked is gone: it is for another one
			s.queue <- got
			got = nil
		}
	case <-done:
	}
	s.handOut(got)
	return got
}

// handOut counts who waited, with or without an invocation.
func (s *session) handOut(got *invocation) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.waiting--
	if got != nil {
		s.handedOut[got.requestID] = got
	}
}

func isClosed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// wait says whether there may be an invocation, and counts whoever asked for it.
func (s *session) wait() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.isDoomed {
		return false
	}
	if !s.isReady {
		s.isReady = true
		s.ready()
	}
	s.waiting++
	s.leaveWhenDrained()
	return true
}

// claim finds the invocation that a request is about, for one answer only.
func (s *session) claim(requestID string) (claimed *invocation, twice bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found := s.handedOut[requestID]
	if found == nil || found.answering {
		return nil, found != nil
	}
	found.answering = true
	return found, false
}

// finish writes an invocation's ending, a frame in one part or several.
func (s *session) finish(done *invocation, ending ...[]byte) {
	s.frames.write(ending...)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.handedOut, done.requestID)
	s.unfinished--
	s.leaveWhenDrained()
}

// fail ends an invocation, or with id 0 the program, with an ERROR.
func (s *session) fail(failed *invocation, reason *failure, fatal bool) {
	if fatal {
		s.mutex.Lock()
		s.isDoomed = true
		s.mutex.Unlock()
	}
	if failed == nil {
		s.frames.write(errorFrame(0, reason.encode(), fatal))
		return
	}
	s.finish(failed, errorFrame(failed.id, reason.encode(), fatal))
}

func (s *session) cancel(id uint32) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, each := range s.handedOut {
		if each.id == id {
			if !isClosed(each.cancelled) {
				close(each.cancelled)
			}
		}
	}
}

func (s *session) drain() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.isDraining = true
	s.leaveWhenDrained()
}

// leaveWhenDrained ends the process with status 0. A 410 in answer to `next` would end it too, but aws-lambda-go
// then logs an error and exits 1 (lambda/entry.go: start, logFatalf).
func (s *session) leaveWhenDrained() {
	isIdle := s.waiting > 0 || !s.isReady
	if !s.isDraining || s.unfinished > 0 || !isIdle {
		return
	}
	if s.hasSIGTERM {
		terminateSelf()
	}
	s.exit(exitDone)
}

// terminateSelf gives the callbacks of lambda.WithEnableSIGTERM their time.
func terminateSelf() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTERM) // without callbacks it would kill
	if self, err := os.FindProcess(os.Getpid()); err == nil && self.Signal(syscall.SIGTERM) == nil {
		time.Sleep(shutdownGrace)
	}
}
