package bridge

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

type echo struct{}

func (echo) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	return reply(request, http.StatusOK, append([]byte(request.URL.Path+" "), body...)), err
}

func TestOtherAddressesGoWhereTheyWent(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append([]byte("over the wire "), body...))
	}))
	defer server.Close()
	before := http.DefaultTransport
	defer func() { http.DefaultTransport = before }()
	transport := before.(*http.Transport).Clone()
	http.DefaultTransport = transport
	hookDefault(echo{})
	http.DefaultTransport = wrapped{before}
	hookDefault(echo{})
	for name, client := range map[string]*http.Client{
		"the transport": {Transport: transport}, "its clone": {Transport: transport.Clone()}, "a wrapped one": {},
	} {
		for _, at := range []struct{ url, want string }{
			{server.URL, "over the wire body"}, {"http://" + address + "/path", "/path body"},
		} {
			for i := 0; i < 3; i++ {
				response, err := client.Post(at.url, "text/plain", strings.NewReader("body"))
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				got, _ := io.ReadAll(response.Body)
				response.Body.Close()
				if string(got) != at.want {
					t.Errorf("%s answered %q", name, got)
				}
			}
		}
		client.CloseIdleConnections()
	}
}

type wrapped struct{ http.RoundTripper }
