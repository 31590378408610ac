package bridge

import (
	"context"
	"net"
	"net/http"
)

// address is where the Runtime API seems to be. A loopback address, because http.ProxyFromEnvironment
// exempts those; nothing listens there, and nothing of the author's wants port 1 of it.
const address = "127.0.0.2:1"

// hook puts a Runtime API behind a transport in two places. RegisterProtocol reaches it by a function
// call: aws-lambda-go up to 1.54 uses http.DefaultTransport itself. From 1.55 on it uses a clone, which
// forgets registered protocols but keeps DialContext: there the API is at the other end of a connection
// in memory. (A program that puts a wholly new transport, or its own DialContext, into http.DefaultTransport
// reaches neither.)
func hook(transport *http.Transport, api http.RoundTripper) {
	transport.RegisterProtocol("http", oneAddress{api})
	dial := transport.DialContext
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	transport.DialContext = func(ctx context.Context, network, to string) (net.Conn, error) {
		if to == address {
			return newMemoryConn(api), nil
		}
		return dial(ctx, network, to)
	}
}

type oneAddress struct{ api http.RoundTripper }

func (o oneAddress) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host != address {
		return nil, http.ErrSkipAltProtocol // the transport goes on as if nothing were registered
	}
	if request.Body == nil {
		bodied := *request // a RoundTripper may not touch what it was given
		bodied.Body = http.NoBody
		request = &bodied
	}
	defer request.Body.Close()
	return o.api.RoundTrip(request)
}
