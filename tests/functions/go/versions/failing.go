package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"sync"
	"time"
)

type outOfStock struct{ name string }

func (e *outOfStock) Error() string { return "no " + e.name }

type code int

func (c code) Error() string { return fmt.Sprintf("code %d", int(c)) }

// failures are the ways to end badly, by the event's name for them.
var failures = map[string]func(event) error{
	"error":              func(event) error { return errors.New("it went wrong") },
	"formatted error":    func(event) error { return fmt.Errorf("no %s", "tea") },
	"wrapped error":      func(event) error { return fmt.Errorf("on Monday: %w", &outOfStock{"tea"}) },
	"error of a pointer": func(event) error { return &outOfStock{"tea"} },
	"error of a value":   func(event) error { return code(7) },
	"panic":              func(in event) error { return deeper(in, "it went wrong") },
	"panic with error":   func(in event) error { return deeper(in, &outOfStock{"tea"}) },
	"panic with value":   func(in event) error { return deeper(in, item{"tea", 1}) },
	"panic with nil":     func(in event) error { return deeper(in, nil) },
	"runtime error":      func(in event) error { in.Values = nil; in.Values["tea"]++; return nil },
	"out of range":       func(in event) error { return errors.New(in.Body[len(in.Values)+9:]) },
	"goroutine panic":    func(in event) error { go func() { _ = deeper(in, "it went wrong") }(); return forever() },
	"goroutine error":    func(in event) error { go func() { _ = deeper(in, &outOfStock{"tea"}) }(); return forever() },
	"exit":               func(event) error { os.Exit(3); return nil },
	"exit with 0":        func(event) error { os.Exit(0); return nil },
	"log.Fatal":          func(event) error { log.Fatal("it cannot go on"); return nil },
	"log.Panic":          func(event) error { log.Panic("it cannot go on"); return nil },
	"fatal error":        func(event) error { new(sync.Mutex).Unlock(); return nil }, // nothing recovers from that
}

func deeper(in event, value interface{}) error { panic(value) }

func forever() error {
	time.Sleep(time.Minute)
	return nil
}
