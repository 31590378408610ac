package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

var _, _ = fmt.Println("loading")

func init() {
	syscall.Write(1, []byte("loading, to fd 1\n"))
}

func handle(ctx context.Context, _ events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	lc, _ := lambdacontext.FromContext(ctx)
	id := lc.AwsRequestID
	fmt.Println(id, "raw 1")
	child := exec.Command("/bin/sh", "-c", fmt.Sprintf("echo %s raw 2; echo %s raw 3 >&2", id, id))
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	if err := child.Run(); err != nil {
		return events.APIGatewayProxyResponse{}, err
	}
	fmt.Fprintln(os.Stderr, id, "raw 4")
	return events.APIGatewayProxyResponse{StatusCode: 200, Body: id}, nil
}

func main() {
	lambda.Start(handle)
}
