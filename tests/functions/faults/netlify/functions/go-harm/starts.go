package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"syscall"
	"time"
)

func addStarts() {
	starts["init-exec"] = func() {
		os.Unsetenv("HARM_START")
		_ = syscall.Exec("/proc/self/exe", os.Args, os.Environ())
	}
	starts["init-print"] = func() { fmt.Print("printed in init, without an end") }
	starts["init-fatal"] = func() { log.Fatal("no settings") }
	starts["main-exit"] = func() { os.Exit(0) }
	starts["main-transport"] = func() { http.DefaultTransport = &http.Transport{Proxy: http.ProxyFromEnvironment} }
	starts["main-godebug"] = func() { os.Setenv("GODEBUG", "http2debug=1,netdns=go+1") }
}

// leaveInTime ends a program that cannot be asked to, once it is to start otherwise.
func leaveInTime() {
	for readStart() != "" {
		time.Sleep(time.Millisecond)
	}
	os.Exit(0)
}
