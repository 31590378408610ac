// Package early needs little and initialises before most: its directory must be right even then.
package early

import "os"

// Read is what stood in a file of the project's directory.
var Read = func() string {
	data, err := os.ReadFile("greeting.txt")
	if err != nil {
		return err.Error()
	}
	return string(data)
}()
