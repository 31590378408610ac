package bridge

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
)

// listenAlone puts a Runtime API behind a real address, for clients that come by none of what `hook` knows: a program
// may put a transport of its own into http.DefaultTransport at any time, and aws-lambda-go uses it from then on.
func listenAlone(api http.RoundTripper) (string, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveAlone(conn, api)
		}
	}()
	return listener.Addr().String(), nil
}

// serveAlone answers this process, and nobody else's: events are no other program's business.
func serveAlone(conn net.Conn, api http.RoundTripper) {
	defer conn.Close()
	if !isOurs(conn) {
		return
	}
	memory := newMemoryConn(api)
	go func() {
		_, _ = io.Copy(conn, memory)
		conn.Close()
	}()
	_, _ = io.Copy(memory, conn)
	memory.Close()
}

// isOurs tells whether this process holds the other end: /proc/self/net/tcp has each end's inode, and
// /proc/self/fd the inodes of this process.
func isOurs(conn net.Conn) bool {
	table, err := os.ReadFile("/proc/self/net/tcp")
	if err != nil {
		return false
	}
	theirs, ours := hexPort(conn.RemoteAddr()), hexPort(conn.LocalAddr())
	for _, line := range strings.Split(string(table), "\n") {
		fields := strings.Fields(line)
		if len(fields) > 9 && strings.HasSuffix(fields[1], theirs) && strings.HasSuffix(fields[2], ours) {
			return holds("socket:[" + fields[9] + "]")
		}
	}
	return false
}

func holds(socket string) bool {
	descriptors, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return false
	}
	for _, each := range descriptors {
		if name, err := os.Readlink("/proc/self/fd/" + each.Name()); err == nil && name == socket {
			return true
		}
	}
	return false
}

// hexPort is what an address ends with in /proc/net/tcp. The host before it, in the machine's byte order, is
// 127.0.0.1 at both ends.
func hexPort(addr net.Addr) string {
	tcp, _ := addr.(*net.TCPAddr)
	return fmt.Sprintf(":%04X", tcp.Port)
}
