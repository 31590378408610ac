// A net/http site as one function. lambdaurl streams what it writes: /countdown/3 counts down while you look.
package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambdaurl"
)

const place = "/.netlify/functions/site"

func greet(w http.ResponseWriter, r *http.Request) {
	visits := 1
	if cookie, err := r.Cookie("visits"); err == nil {
		before, _ := strconv.Atoi(cookie.Value)
		visits = before + 1
	}
	http.SetCookie(w, &http.Cookie{Name: "visits", Value: strconv.Itoa(visits), Path: place})
	fmt.Fprintf(w, "Hello %s, visit %d\n", strings.TrimPrefix(r.URL.Path, "/greet/"), visits)
}

func countdown(w http.ResponseWriter, r *http.Request) {
	from, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/countdown/"))
	if err != nil || from > 10 {
		http.Error(w, "Count down from a number up to 10", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for left := from; left > 0; left-- {
		if _, err := fmt.Fprintf(w, "data: %d\n\n", left); err != nil {
			return // the client has left
		}
		time.Sleep(100 * time.Millisecond)
	}
	fmt.Fprint(w, "data: Lift-off\n\n")
}

func main() {
	site := http.NewServeMux()
	site.HandleFunc("/greet/", greet)
	site.HandleFunc("/countdown/", countdown)
	lambdaurl.Start(http.StripPrefix(place, site))
}
