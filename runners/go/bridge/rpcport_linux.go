//go:build polyfn.rpc
// +build polyfn.rpc

package bridge

import (
	"os"
	"strconv"
	"syscall"
)

// reservePort finds a port for the library to listen on, which it insists on. Until it does, nobody else is given the
// port: it is bound, and two sockets may be bound to one port as long as neither listens and both have SO_REUSEADDR
// (socket(7)), as Go's listeners have. Call registered when the library listens: from then on the port is deaf.
func reservePort() (port string, registered func()) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err == nil {
		err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	}
	if err == nil {
		err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	number := portOf(fd)
	if err != nil || number == 0 {
		return "0", func() {}
	}
	return strconv.Itoa(number), func() {
		syscall.Close(fd)
		deafen(number)
	}
}

// deafen makes the kernel drop whatever comes to a port of this process: no other one may call the function.
func deafen(port int) {
	drop := []syscall.SockFilter{*syscall.LsfStmt(syscall.BPF_RET|syscall.BPF_K, 0)}
	names, _ := os.ReadDir("/proc/self/fd")
	for _, name := range names {
		if fd, err := strconv.Atoi(name.Name()); err == nil && portOf(fd) == port {
			_ = syscall.AttachLsf(fd, drop) // refused in some sandboxes: the function works all the same
		}
	}
}

// portOf a bound TCP socket; 0 for everything else.
func portOf(fd int) int {
	bound, err := syscall.Getsockname(fd)
	if err != nil {
		return 0
	}
	switch at := bound.(type) {
	case *syscall.SockaddrInet4:
		return at.Port
	case *syscall.SockaddrInet6:
		return at.Port
	}
	return 0
}
