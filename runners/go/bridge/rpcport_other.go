//go:build polyfn.rpc && !linux
// +build polyfn.rpc,!linux

package bridge

// reservePort leaves the choice to the system.
func reservePort() (port string, registered func()) {
	return "0", func() {}
}
