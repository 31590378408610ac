package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

func init() {
	harms["exit"] = func() any { os.Exit(0); return nil }
	harms["deadlock"] = func() any { var lock sync.Mutex; lock.Lock(); lock.Lock(); return nil }
	harms["goexit"] = func() any { runtime.Goexit(); return nil }
	harms["syscall"] = func() any { return syscall.Nanosleep(&syscall.Timespec{Sec: 60}, nil) }
	harms["stopped"] = func() any { _ = syscall.Kill(os.Getpid(), syscall.SIGSTOP); time.Sleep(time.Minute); return nil }
	harms["panic-nil"] = func() any { panic(nil) }
	harms["nil-pointer"] = func() any { var nobody *event; return nobody.Query }
	harms["stack-overflow"] = func() any { debug.SetMaxStack(1 << 20); return deeper(1) }
	harms["map-race"] = mapRace
	harms["bad-address"] = func() any { *(*int)(unsafe.Add(nil, 0xdead000)) = 1; return nil }
	harms["unlock"] = func() any { var lock sync.Mutex; lock.Unlock(); return nil }
	harms["abort"] = func() any { _ = syscall.Kill(os.Getpid(), syscall.SIGABRT); time.Sleep(time.Minute); return nil }
	harms["out-of-memory"] = outOfMemory
	harms["threads"] = threads
	harms["exec-self"] = func() any { return syscall.Exec("/proc/self/exe", os.Args, os.Environ()) }
	harms["exec-other"] = func() any { return syscall.Exec("/bin/sleep", []string{"sleep", "60"}, nil) }
}

func deeper(n int) int { return deeper(n+1) + n }

func mapRace() any {
	counts := map[int]int{}
	for i := 0; i < 8; i++ {
		go func() {
			for n := 0; ; n++ {
				counts[n%100]++
			}
		}()
	}
	time.Sleep(time.Minute)
	return nil
}

var kept [][]byte

// outOfMemory takes what a limit leaves: without one the whole machine would feel it.
func outOfMemory() any {
	limit := syscall.Rlimit{Cur: 2 << 30, Max: 2 << 30}
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); err != nil {
		return err
	}
	for {
		kept = append(kept, make([]byte, 64<<20))
	}
}

func threads() any {
	debug.SetMaxThreads(20)
	for i := 0; i < 40; i++ {
		go func() { _ = syscall.Nanosleep(&syscall.Timespec{Sec: 60}, nil) }()
	}
	time.Sleep(time.Minute)
	return nil
}
