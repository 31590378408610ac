package bridge

import (
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

func TestTransportOfTheAuthorsReachesTheAPIByTheNetwork(t *testing.T) {
	at, err := listenAlone(echo{})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for i := 0; i < 3; i++ {
		response, err := client.Post("http://"+at+"/path", "text/plain", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if string(got) != "/path body" {
			t.Errorf("it answered %q", got)
		}
	}
}

func TestAnotherProcessIsNotAnswered(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash, which speaks TCP")
	}
	at, err := listenAlone(echo{})
	if err != nil {
		t.Fatal(err)
	}
	port := at[strings.LastIndexByte(at, ':')+1:]
	ask := "exec 9<>/dev/tcp/127.0.0.1/" + port + `; printf 'GET / HTTP/1.1\r\n\r\n' >&9; head -c 1 <&9`
	answered, _ := exec.Command(bash, "-c", ask).Output()
	if len(answered) > 0 {
		t.Errorf("it was answered %q", answered)
	}
}
