package bridge

import (
	"context"
	"net"
	"net/http"
)

// address is where the Runtime API seems to be. A loopback address, because http.ProxyFromEnvironment
// exempts those. Where listenAlone has none to give, nothing listens there, and nothing of the author's wants
// port 1 of it.
var address = "127.0.0.2:1"

// hookDefault puts a Runtime API behind http.DefaultTransport, also when a package of the author's has wrapped
// that while it initialised.
func hookDefault(api http.RoundTripper) {
	if transport, ok := http.DefaultTransport.(*http.Transport); ok {
		hook(transport, api)
		return
	}
	http.DefaultTransport = oneAddress{api, http.DefaultTransport}
}

// hook puts a Runtime API behind a transport in two places. RegisterProtocol reaches it by a function
// call: aws-lambda-go up to 1.54 uses http.DefaultTransport itself. From 1.55 on it uses a clone, which
// forgets registered protocols but keeps DialContext: there the API is at the other end of a connection
// in memory. (A program that puts a wholly new transport, or its own DialContext, into http.DefaultTransport
// later on reaches neither, and comes by the network: listenAlone.)
func hook(transport *http.Transport, api http.RoundTripper) {
	transport.RegisterProtocol("http", oneAddress{api, skip{}})
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

// oneAddress sends the requests to one address to api, all others where they went before.
type oneAddress struct{ api, others http.RoundTripper }

func (o oneAddress) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host != address {
		return o.others.RoundTrip(request)
	}
	if request.Body == nil {
		bodied := *request // a RoundTripper may not touch what it was given
		bodied.Body = http.NoBody
		request = &bodied
	}
	defer request.Body.Close()
	return o.api.RoundTrip(request)
}

// skip makes a transport go on as if nothing were registered.
type skip struct{}

func (skip) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, http.ErrSkipAltProtocol
}
