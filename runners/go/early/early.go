//go:build linux || darwin || freebsd || netbsd || openbsd
// +build linux darwin freebsd netbsd openbsd

// Package early runs before the function's own packages do, as far as Go allows it: it needs nothing
// but syscall, and Go initialises a package as soon as what it imports is ready, lowest path first.
//
// It puts the frame pipes out of reach and changes to the function's directory. Without the
// environment variable POLYFN_FRAME_FDS it does nothing.
package early

import "syscall"

const (
	frameFDs = "POLYFN_FRAME_FDS"
	startDir = "POLYFN_CWD"

	// Above what a program counts on ("the first file I open is 3"), below the smallest usual limit.
	firstHighFD = 100
)

func init() {
	pair, found := syscall.Getenv(frameFDs)
	if !found {
		return
	}
	hide(pair)
	if dir, found := syscall.Getenv(startDir); found && syscall.Chdir(dir) == nil {
		_ = syscall.Unsetenv(startDir) // else the bridge tries again, and says what is wrong
	}
}

// hide moves both pipes to high numbers, close-on-exec, so that neither a child nor a Close(3) of the
// author's reaches them, and writes the new numbers where the bridge looks for them.
func hide(pair string) {
	if len(pair) != 3 || pair[1] != ',' {
		return // not polyfn's own launch: the bridge judges it
	}
	input, output := int(pair[0]-'0'), int(pair[2]-'0')
	_ = syscall.Setenv(frameFDs, decimal(moved(input))+","+decimal(moved(output)))
}

// moved returns the pipe's new number.
func moved(fd int) int {
	high, _, failed := syscall.Syscall(
		syscall.SYS_FCNTL, uintptr(fd), syscall.F_DUPFD_CLOEXEC, firstHighFD)
	if failed != 0 {
		syscall.CloseOnExec(fd)
		return fd
	}
	_ = syscall.Close(fd)
	// The number stays taken, or Go's own poller gets it: then a Close(3) would end the program.
	_, _ = syscall.Open("/dev/null", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	return int(high)
}

func decimal(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return decimal(n/10) + string(rune('0'+n%10))
}
