package bridge

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"
)

const (
	library        = "github.com/aws/aws-lambda-go"
	firstGoodMinor = 18 // before v1.18.0 there was only net/rpc

	exitFailed = 1
)

// loadSpec is what the bridge uses of LOAD.
type loadSpec struct {
	Protocol int    `json:"protocol"`
	Function string `json:"function"`
	ARN      string `json:"arn"`
	Root     string `json:"root"`
	MainDir  string `json:"main_dir"` // polyfn's own key
}

// load applies LOAD; from now on invocations are handed out.
func (s *session) load(m message) {
	var spec loadSpec
	if err := json.Unmarshal(m.spec, &spec); err != nil {
		violation(fmt.Errorf("LOAD does not hold a specification: %v", err))
	}
	if failed := refusal(spec); failed != nil {
		s.frames.write(errorFrame(0, failed.encode(), true))
		s.exit(exitFailed)
	}
	s.arn = spec.ARN
	s.mutex.Lock()
	s.project = project{root: spec.Root, mainDir: spec.MainDir}
	s.mutex.Unlock()
	close(s.loaded)
}

// refusal says why this program cannot serve that function, or nil.
func refusal(spec loadSpec) *failure {
	if spec.Protocol != protocolVersion {
		return newFailure("Runner.ProtocolMismatch", fmt.Sprintf(
			"polyfn speaks protocol %d, its Go runner %d: build the function again", spec.Protocol, protocolVersion))
	}
	if version := libraryVersion(debug.ReadBuildInfo()); !hasRPC && isBeforeAPI(version) {
		return newFailure("Runtime.UnsupportedLibrary", fmt.Sprintf(
			"function '%s' uses %s %s, which has no Runtime API client, and its module's go.mod does not say so: "+
				"name that version there, or get v1.%d.0 or newer (go get %s@latest)",
			spec.Function, library, version, firstGoodMinor, library))
	}
	return nil
}

// libraryVersion is that of the library that the program was built with, or nothing when it is not known.
func libraryVersion(info *debug.BuildInfo, found bool) string {
	if !found {
		return ""
	}
	for _, module := range info.Deps {
		if module.Path != library {
			continue
		}
		if module.Replace != nil {
			return module.Replace.Version
		}
		return module.Version
	}
	return ""
}

// isBeforeAPI tells a library that would listen for net/rpc on a port, for ever.
func isBeforeAPI(version string) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) != 3 || parts[0] != "v1" {
		return false
	}
	minor, err := strconv.Atoi(parts[1])
	return err == nil && minor < firstGoodMinor
}
