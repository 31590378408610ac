//go:build tools

// Package load pins the load generator: go.sum holds what is built and run.
package load

import _ "github.com/codesenberg/bombardier"
