// Adds the numbers of a JSON list. It is a module of its own.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func handle(request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	var numbers []float64
	if err := json.Unmarshal([]byte(request.Body), &numbers); err != nil {
		return events.APIGatewayProxyResponse{
			StatusCode: http.StatusBadRequest,
			Body:       "Send a JSON list of numbers: " + err.Error() + "\n",
		}, nil
	}
	total := 0.0
	for _, number := range numbers {
		total += number
	}
	return events.APIGatewayProxyResponse{
		StatusCode: http.StatusOK,
		Headers:    map[string]string{"content-type": "application/json"},
		Body:       fmt.Sprintf("{\"sum\": %g}\n", total),
	}, nil
}

func main() {
	lambda.Start(handle)
}
