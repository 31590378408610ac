//go:build oldest
// +build oldest

package main

import "github.com/aws/aws-lambda-go/lambda"

// The oldest library with the Runtime API knows no streams.
func stream(bool) interface{} { return nil }

func start() { lambda.Start(handle) }
