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

	exitRefused = 1
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
		s.exit(exitRefused)
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
	if reason := tooOld(debug.ReadBuildInfo()); reason != "" {
		return newFailure("Runtime.UnsupportedLibrary", fmt.Sprintf("function '%s' %s", spec.Function, reason))
	}
	return nil
}

// tooOld says why the library that the program was built with cannot work, or nothing. Such a program would
// listen for net/rpc on a port, for ever.
func tooOld(info *debug.BuildInfo, found bool) string {
	if !found {
		return ""
	}
	for _, module := range info.Deps {
		if module.Path != library {
			continue
		}
		version := module.Version
		if module.Replace != nil {
			version = module.Replace.Version
		}
		parts := strings.SplitN(version, ".", 3)
		if len(parts) != 3 || parts[0] != "v1" {
			return ""
		}
		if minor, err := strconv.Atoi(parts[1]); err == nil && minor < firstGoodMinor {
			return fmt.Sprintf("uses %s %s, which has no Runtime API client: v1.%d.0 or newer is needed "+
				"(go get %s@latest)", library, version, firstGoodMinor, library)
		}
	}
	return ""
}
