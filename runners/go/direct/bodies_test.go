package direct

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

func TestTypesOfTheLibraryLeaveNoDoubt(t *testing.T) {
	for _, event := range []interface{}{
		events.APIGatewayProxyRequest{}, events.APIGatewayV2HTTPRequest{},
		events.LambdaFunctionURLRequest{}, events.ALBTargetGroupRequest{},
	} {
		kind := reflect.TypeOf(event)
		if at := bodyField(kind); at < 0 || kind.Field(at).Name != "Body" {
			t.Errorf("%v: %d", kind, at)
		}
	}
	for _, answer := range []interface{}{
		events.APIGatewayProxyResponse{}, &events.APIGatewayProxyResponse{}, events.APIGatewayV2HTTPResponse{},
		events.LambdaFunctionURLResponse{}, events.ALBTargetGroupResponse{},
	} {
		if answerShapeOf(reflect.TypeOf(answer)) == nil {
			t.Errorf("%T", answer)
		}
	}
}

type readsItself struct {
	Body string `json:"body"`
}

func (*readsItself) UnmarshalJSON([]byte) error { return nil }

type text string

func TestDoubtfulEventsAreDecodedWhole(t *testing.T) {
	for _, event := range []interface{}{
		1, map[string]string{}, json.RawMessage{}, readsItself{}, struct{}{}, &events.APIGatewayProxyRequest{},
		struct{ events.APIGatewayProxyRequest }{},
		struct{ Body string }{}, // found by its name in another case
		struct {
			Body string `json:"body,string"`
		}{},
		struct {
			Body *string `json:"body"`
		}{},
		struct {
			Body text `json:"body"`
		}{},
		struct {
			A string `json:"body"`
			B string `json:"BODY"`
		}{},
	} {
		if at := bodyField(reflect.TypeOf(event)); at >= 0 {
			t.Errorf("%T: %d", event, at)
		}
	}
	twice := []reflect.StructField{
		{Name: "A", Type: reflect.TypeOf(""), Tag: `json:"body"`},
		{Name: "B", Type: reflect.TypeOf(""), Tag: `json:"body"`},
	}
	if at := bodyField(reflect.StructOf(twice)); at >= 0 {
		t.Errorf("%d", at)
	}
}

type writesItself struct {
	StatusCode int    `json:"statusCode"`
	Body       string `json:"body"`
}

func (writesItself) MarshalText() ([]byte, error) { return nil, nil }

func TestDoubtfulAnswersBecomeJSON(t *testing.T) {
	for _, answer := range []interface{}{
		"", map[string]string{}, writesItself{}, &events.APIGatewayProxyStreamingResponse{},
		struct {
			Body string `json:"body"`
		}{},
		struct {
			StatusCode int    `json:"statusCode"`
			Body       string `json:"body"`
			More       string `json:"more"`
		}{},
		struct {
			StatusCode int         `json:"statusCode"`
			Body       string      `json:"body"`
			Headers    interface{} `json:"headers"`
		}{},
		struct {
			StatusCode *int   `json:"statusCode"`
			Body       string `json:"body"`
		}{},
	} {
		if answerShapeOf(reflect.TypeOf(answer)) != nil {
			t.Errorf("%T", answer)
		}
	}
}

func TestAnswerThatJSONWouldChangeIsNotTakenApart(t *testing.T) {
	long := strings.Repeat("x", longBody)
	shape := answerShapeOf(reflect.TypeOf(events.APIGatewayProxyResponse{}))
	read := func(answer events.APIGatewayProxyResponse) *response { return shape.read(reflect.ValueOf(answer)) }
	if got := read(events.APIGatewayProxyResponse{StatusCode: 200, Body: long}); got == nil || got.body != long || got.status != 200 {
		t.Errorf("%v", got)
	}
	for name, answer := range map[string]events.APIGatewayProxyResponse{
		"short":  {StatusCode: 200, Body: "x"},
		"status": {StatusCode: -1, Body: long},
		"body":   {StatusCode: 200, Body: long + "\xff"},
		"name":   {StatusCode: 200, Body: long, Headers: map[string]string{"\xff": ""}},
		"value":  {StatusCode: 200, Body: long, Headers: map[string]string{"a": "\xff"}},
		"values": {StatusCode: 200, Body: long, MultiValueHeaders: map[string][]string{"a": {"\xff"}}},
		"null":   {StatusCode: 200, Body: long, MultiValueHeaders: map[string][]string{"a": nil}},
	} {
		if read(answer) != nil {
			t.Error(name)
		}
	}
}
