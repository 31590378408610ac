// A net/http site behind aws-lambda-go's lambdaurl, which streams.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambdaurl"
)

func main() {
	site := http.NewServeMux()
	site.HandleFunc("/app/hello", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "first", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "second", Value: "2"})
		b, _ := r.Cookie("b")
		event, _ := lambdaurl.RequestFromContext(r.Context())
		fmt.Fprint(w, r.Method, " ", r.URL.String(), " ", r.URL.Query()["q"], " ", r.Header["X-Tag"], " ", b, " ",
			event.Cookies, " ", event.Version, " ", event.RequestContext.HTTP.Path)
	})
	site.HandleFunc("/app/bytes", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("content-type", "image/png")
		w.WriteHeader(http.StatusCreated)
		io.Copy(w, r.Body)
	})
	site.HandleFunc("/app/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere?a=1", http.StatusFound)
	})
	site.HandleFunc("/app/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("content-type", "text/event-stream")
		fmt.Fprint(w, "data: first\n\n")
		for !exists(r.URL.Query().Get("file")) {
			time.Sleep(5 * time.Millisecond)
		}
		fmt.Fprint(w, "data: second\n\n")
	})
	site.HandleFunc("/app/panic", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "half")
		panic("the site is broken")
	})
	lambdaurl.Start(site, lambdaurl.WithDetectContentType(true))
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
