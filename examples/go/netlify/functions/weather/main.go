// Returns an error of its own type for an unknown city: the caller gets a 502 that names it.
package main

import (
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

type unknownCity struct{ name string }

func (e unknownCity) Error() string { return fmt.Sprintf("no weather for %q", e.name) }

var celsius = map[string]int{"Berlin": 12, "Lagos": 31, "Lima": 19}

func handle(request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	city := request.QueryStringParameters["city"]
	degrees, known := celsius[city]
	if !known {
		return events.APIGatewayProxyResponse{}, unknownCity{city}
	}
	return events.APIGatewayProxyResponse{
		StatusCode: 200,
		Body:       fmt.Sprintf("%s: %d °C\n", city, degrees),
	}, nil
}

func main() {
	lambda.Start(handle)
}
