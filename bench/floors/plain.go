// A plain net/http server: "ok" to a GET, its own body to a POST. Without a port it exits at once,
// so that starting a Go program can be timed.
package main

import (
	"io"
	"log"
	"net/http"
	"os"
)

func answer(response http.ResponseWriter, request *http.Request) {
	response.Header().Set("content-type", "text/plain")
	if request.Method == http.MethodGet {
		_, _ = io.WriteString(response, "ok")
		return
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = response.Write(body)
}

func main() {
	if len(os.Args) < 2 {
		return
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(answer)))
}
