// One small site in several frameworks, each behind the adapters of aws-lambda-go-api-proxy: a header says
// which of them is asked.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	chiadapter "github.com/awslabs/aws-lambda-go-api-proxy/chi"
	echoadapter "github.com/awslabs/aws-lambda-go-api-proxy/echo"
	ginadapter "github.com/awslabs/aws-lambda-go-api-proxy/gin"
	"github.com/awslabs/aws-lambda-go-api-proxy/gorillamux"
	"github.com/awslabs/aws-lambda-go-api-proxy/handlerfunc"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gorilla/mux"
	"github.com/labstack/echo/v4"
)

// base is where the function answers: frameworks route what follows.
const base = "/.netlify/functions/web"

func hello(w http.ResponseWriter, r *http.Request, name string) {
	w.Header().Set("content-type", "application/json")
	w.Header().Add("x-many", "1")
	w.Header().Add("x-many", "2")
	http.SetCookie(w, &http.Cookie{Name: "first", Value: "1"})
	http.SetCookie(w, &http.Cookie{Name: "second", Value: "2"})
	cookie, _ := r.Cookie("b")
	json.NewEncoder(w).Encode(map[string]interface{}{
		"name": name, "path": r.URL.Path, "uri": r.RequestURI, "q": r.URL.Query()["q"], "tags": r.Header.Values("x-tag"),
		"cookie": cookie.String(), "host": r.Host, "from": r.RemoteAddr,
	})
}

func bytesBack(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("content-type", r.Header.Get("content-type"))
	w.WriteHeader(http.StatusCreated)
	w.Write(body)
}

func away(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/elsewhere?a=1", http.StatusFound)
}

func ginSite() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	site := gin.New()
	site.GET("/hello/:name", func(c *gin.Context) { hello(c.Writer, c.Request, c.Param("name")) })
	site.POST("/bytes", gin.WrapF(bytesBack))
	site.GET("/away", gin.WrapF(away))
	return site
}

func echoSite() *echo.Echo {
	site := echo.New()
	site.GET("/hello/:name", func(c echo.Context) error {
		hello(c.Response(), c.Request(), c.Param("name"))
		return nil
	})
	site.POST("/bytes", echo.WrapHandler(http.HandlerFunc(bytesBack)))
	site.GET("/away", echo.WrapHandler(http.HandlerFunc(away)))
	return site
}

func chiSite() *chi.Mux {
	site := chi.NewRouter()
	site.Get("/hello/{name}", func(w http.ResponseWriter, r *http.Request) { hello(w, r, chi.URLParam(r, "name")) })
	site.Post("/bytes", bytesBack)
	site.Get("/away", away)
	return site
}

func muxSite() *mux.Router {
	site := mux.NewRouter()
	site.HandleFunc("/hello/{name}", func(w http.ResponseWriter, r *http.Request) { hello(w, r, mux.Vars(r)["name"]) })
	site.HandleFunc("/bytes", bytesBack).Methods("POST")
	site.HandleFunc("/away", away)
	return site
}

func plainSite() *http.ServeMux {
	site := http.NewServeMux()
	site.HandleFunc("/hello/", func(w http.ResponseWriter, r *http.Request) { hello(w, r, r.URL.Path[len("/hello/"):]) })
	site.HandleFunc("/bytes", bytesBack)
	site.HandleFunc("/away", away)
	return site
}

// stripper is what every adapter has.
type stripper interface{ StripBasePath(string) string }

// stripped has an adapter take the function's place off each path.
func stripped(adapter stripper, proxy interface{}) lambda.Handler {
	adapter.StripBasePath(base)
	return lambda.NewHandler(proxy)
}

func adapters() map[string]lambda.Handler {
	gin1, gin2, ginALB := ginadapter.New(ginSite()), ginadapter.NewV2(ginSite()), ginadapter.NewALB(ginSite())
	echo1, echo2, echoALB := echoadapter.New(echoSite()), echoadapter.NewV2(echoSite()), echoadapter.NewALB(echoSite())
	chi1, chi2 := chiadapter.New(chiSite()), chiadapter.NewV2(chiSite())
	mux12, muxALB := gorillamux.New(muxSite()), gorillamux.NewALB(muxSite())
	http1, http2, httpALB := httpadapter.New(plainSite()), httpadapter.NewV2(plainSite()), httpadapter.NewALB(plainSite())
	func1, func2 := handlerfunc.New(plainSite().ServeHTTP), handlerfunc.NewV2(plainSite().ServeHTTP)
	mux12.RequestAccessorV2.StripBasePath(base)
	return map[string]lambda.Handler{
		"gin-v1": stripped(gin1, gin1.ProxyWithContext), "gin-v2": stripped(gin2, gin2.ProxyWithContext),
		"gin-alb": stripped(ginALB, ginALB.ProxyWithContext),
		"echo-v1": stripped(echo1, echo1.ProxyWithContext), "echo-v2": stripped(echo2, echo2.ProxyWithContext),
		"echo-alb": stripped(echoALB, echoALB.ProxyWithContext),
		"chi-v1":   stripped(chi1, chi1.ProxyWithContext), "chi-v2": stripped(chi2, chi2.ProxyWithContextV2),
		"mux-switchable": stripped(&mux12.RequestAccessor, mux12.ProxyWithContext),
		"mux-alb":        stripped(&muxALB.RequestAccessorALB, muxALB.ProxyWithContext),
		"http-v1":        stripped(http1, http1.ProxyWithContext), "http-v2": stripped(http2, http2.ProxyWithContext),
		"http-alb":       stripped(httpALB, httpALB.ProxyWithContext),
		"handlerfunc-v1": stripped(func1, func1.ProxyWithContext), "handlerfunc-v2": stripped(func2, func2.ProxyWithContext),
	}
}

// types answers with the event as each type sees it.
func types(_ context.Context, event json.RawMessage) (events.LambdaFunctionURLResponse, error) {
	seen := map[string]interface{}{
		"v1": &events.APIGatewayProxyRequest{}, "v2": &events.APIGatewayV2HTTPRequest{},
		"url": &events.LambdaFunctionURLRequest{}, "alb": &events.ALBTargetGroupRequest{},
	}
	for _, each := range seen {
		if err := json.Unmarshal(event, each); err != nil {
			return events.LambdaFunctionURLResponse{}, err
		}
	}
	body, err := json.Marshal(seen)
	return events.LambdaFunctionURLResponse{StatusCode: 200, Body: string(body), Cookies: []string{"a=1", "b=2"}}, err
}

// strict takes another event as its body, and says which of its fields a type does not know.
func strict(_ context.Context, request events.APIGatewayProxyRequest) (events.ALBTargetGroupResponse, error) {
	types := map[string]interface{}{"v2": &events.APIGatewayV2HTTPRequest{}, "alb": &events.ALBTargetGroupRequest{}}
	decoder := json.NewDecoder(strings.NewReader(request.Body))
	decoder.DisallowUnknownFields()
	answer := events.ALBTargetGroupResponse{StatusCode: 200, StatusDescription: "200 OK", Body: "known"}
	if err := decoder.Decode(types[request.QueryStringParameters["as"]]); err != nil {
		answer.Body = err.Error()
	}
	return answer, nil
}

func main() {
	all := adapters()
	all["types"], all["strict"] = lambda.NewHandler(types), lambda.NewHandler(strict)
	lambda.Start(func(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
		var request events.APIGatewayProxyRequest
		if err := json.Unmarshal(event, &request); err != nil {
			return nil, err
		}
		asked := all[request.Headers["x-adapter"]]
		if asked == nil {
			return nil, fmt.Errorf("there is no adapter %q", request.Headers["x-adapter"])
		}
		return asked.Invoke(ctx, event)
	})
}
