package bridge

import (
	"bytes"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"testing"
)

func TestPanicKeepsTheAuthorsFramesOnly(t *testing.T) {
	// As aws-lambda-go 1.34 posts it, shortened; newer ones begin with gopanic.
	body := `{"errorMessage":"assignment to entry in nil map","errorType":"plainError","stackTrace":[
		{"path":"github.com/aws/aws-lambda-go@v1.34.1/lambda/errors.go","line":39,"label":"lambdaPanicResponse"},
		{"path":"runtime/panic.go","line":860,"label":"gopanic"},
		{"path":"runtime/panic.go","line":270,"label":"panicmem"},
		{"path":"maps/runtime_faststr.go","line":265,"label":"mapassign_faststr"},
		{"path":"fn/main.go","line":12,"label":"deeper"},
		{"path":"reflect/value.go","line":5,"label":"Value.Call"},
		{"path":"fn/main.go","line":9,"label":"handler"},
		{"path":"reflect/value.go","line":581,"label":"Value.call"},
		{"path":"reflect/value.go","line":365,"label":"Value.Call"},
		{"path":"github.com/aws/aws-lambda-go@v1.55.1/lambda/handler.go","line":293,"label":"reflectHandler.func2"},
		{"path":"fn/main.go","line":20,"label":"main"},
		{"path":"runtime/proc.go","line":283,"label":"main"}]}`
	got := parseFailure([]byte(body), "", project{})
	want := []string{"fn/main.go:12 deeper", "reflect/value.go:5 Value.Call", "fn/main.go:9 handler"}
	if got.Type != "plainError" || got.Message != "assignment to entry in nil map" || !got.isPanic {
		t.Errorf("%+v", got)
	}
	if !reflect.DeepEqual(got.Trace, want) {
		t.Errorf("trace is %q", got.Trace)
	}
}

func TestFilesOfATraceAreNamedRelativeToTheProject(t *testing.T) {
	root := t.TempDir()
	for _, file := range []string{"netlify/functions/fn/main.go", "netlify/functions/fn/sub/a.go", "shared/b.go"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, file)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, file), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	here := project{root: root, mainDir: root + "/netlify/functions/fn"}
	for path, want := range map[string]string{
		"fn/main.go":                           "netlify/functions/fn/main.go",
		"functions/fn/sub/a.go":                "netlify/functions/fn/sub/a.go",
		filepath.Base(root) + "/shared/b.go":   "shared/b.go",
		"github.com/other/lib@v1.2.0/thing.go": "github.com/other/lib@v1.2.0/thing.go",
		"fn":                                   "fn",
	} {
		if got := here.placed(path); got != want {
			t.Errorf("%s is placed at %s", path, got)
		}
	}
	if got := (project{}).placed("fn/main.go"); got != "fn/main.go" {
		t.Errorf("without a project it is placed at %s", got)
	}
}

func TestLogOfTheAuthorIsKeptWhateverItSays(t *testing.T) {
	var written bytes.Buffer
	logger := log.New(libraryLog{&written}, "", 0)
	report := `{"errorMessage":"mine","errorType":"mine"}`
	logger.Printf("%s", report)
	logger.Print("and more")
	if got := written.String(); got != report+"\nand more\n" {
		t.Errorf("%q", got)
	}
}

func TestErrorsOfOtherShapesAreUnderstood(t *testing.T) {
	for body, want := range map[string]failure{
		`{"errorMessage":"no","errorType":"errorString"}`:                 {Type: "errorString", Message: "no", Trace: []string{}},
		`{"errorMessage":"no","errorType":""}`:                            {Type: "Fallback", Message: "no", Trace: []string{}},
		`{"errorMessage":"no","errorType":"E","stackTrace":["a:1","b"]}`:  {Type: "E", Message: "no", Trace: []string{"a:1", "b"}},
		`{"errorMessage":"no","errorType":"E","stackTrace":{"odd":true}}`: {Type: "E", Message: "no", Trace: []string{}},
		`{"errorMessage":"no","errorType":"E","stackTrace":[]}`:           {Type: "E", Message: "no", Trace: []string{}},
		`not JSON`: {Type: "Fallback", Message: "not JSON", Trace: []string{}},
	} {
		if got := parseFailure([]byte(body), "Fallback", project{}); !reflect.DeepEqual(*got, want) {
			t.Errorf("%s became %+v", body, *got)
		}
	}
	if got := parseFailure(nil, "", project{}); got.Type != "Error" {
		t.Errorf("%+v", got)
	}
	if got := string(newFailure("A", "b").encode()); got != `{"errorType":"A","errorMessage":"b","trace":[]}` {
		t.Error(got)
	}
}

func TestLibraryWithoutRuntimeAPIIsKnownByItsVersion(t *testing.T) {
	built := func(version string, replacement *debug.Module) *debug.BuildInfo {
		return &debug.BuildInfo{Deps: []*debug.Module{
			{Path: "example.com/other", Version: "v1.1.0"},
			{Path: library, Version: version, Replace: replacement},
		}}
	}
	for _, good := range []*debug.BuildInfo{
		built("v1.18.0", nil), built("v1.55.1", nil), built("v2.0.0", nil), built("(devel)", nil),
		built("v1.13.3", &debug.Module{Version: "v1.20.0"}), built("v1.13.3", &debug.Module{}), {},
	} {
		if isBeforeAPI(libraryVersion(good, true)) {
			t.Errorf("%v", good)
		}
	}
	if isBeforeAPI(libraryVersion(nil, false)) {
		t.Error("a program without build information")
	}
	if !isBeforeAPI(libraryVersion(built("v1.17.0", nil), true)) ||
		!isBeforeAPI(libraryVersion(built("v1.30.0", &debug.Module{Version: "v1.13.3"}), true)) {
		t.Error("a version with net/rpc only was not known")
	}
}

func TestLoadOfAnotherProtocolIsRefused(t *testing.T) {
	if got := refusal(loadSpec{Protocol: 2}); got == nil || got.Type != "Runner.ProtocolMismatch" {
		t.Errorf("%+v", got)
	}
	if got := refusal(loadSpec{Protocol: 1}); got != nil {
		t.Errorf("%+v", got)
	}
}
