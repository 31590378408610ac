"""Saves in a Go module with several functions: who imports what was saved is built again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.serving import Served, served
from tests.acceptance.test_reload import FUNCTIONS, fails, says
from tests.process.go_support import go_tool, write, write_module

pytestmark = pytest.mark.timeout(300)  # the first build compiles the standard library

_MAIN = """\
package main

import (
	"github.com/aws/aws-lambda-go/lambda"
	{more}
)

type answer struct {{
	StatusCode int    `json:"statusCode"`
	Body       string `json:"body"`
}}

func main() {{ lambda.Start(func() (answer, error) {{ return answer{{200, {word}}}, nil }}) }}
"""
_EMBEDS = 'package words\n\nimport _ "embed"\n\n//go:embed word.txt\nvar Word string\n'


def _main(word: str, package: str = "") -> str:
    return _MAIN.format(more=f'"{package}"' if package else "", word=word)


def _beside(word: str) -> str:
    return f'package beside\n\nconst Word = "{word}"\n'


def _built(server: Served) -> Counter[str]:
    lines = [line.split()[3] for line in list(server.output) if line.startswith("built ")]
    return Counter(line.rpartition("/")[2] for line in lines)


def test_a_save_builds_only_who_imports_it(tmp_path: Path) -> None:
    go_tool()
    write_module(tmp_path)
    with (tmp_path / "go.mod").open("a") as go_mod:
        go_mod.write(
            "\nrequire example.com/beside v0.0.0\nreplace example.com/beside => ./beside\n"
        )
    write(
        tmp_path,
        {
            "beside/go.mod": "module example.com/beside\n\ngo 1.21\n",
            "beside/beside.go": _beside("1"),
            "internal/words/words.go": _EMBEDS,
            "internal/words/word.txt": "1",
            f"{FUNCTIONS}/embeds/main.go": _main("words.Word", "example.com/site/internal/words"),
            f"{FUNCTIONS}/replaces/main.go": _main("beside.Word", "example.com/beside"),
            f"{FUNCTIONS}/alone/main.go": _main('"alone"'),
        },
    )
    with served(tmp_path) as server:
        for name, text in (("embeds", "1"), ("replaces", "1"), ("alone", "alone")):
            says(server, name, text, within_s=120)
        expected = Counter(embeds=1, replaces=1, alone=1)
        assert _built(server) == expected
        write(tmp_path, {"internal/words/word.txt": "2"})
        says(server, "embeds", "2", within_s=60)
        write(tmp_path, {"beside/beside.go": _beside("2")})
        says(server, "replaces", "2", within_s=60)
        expected.update(["embeds", "replaces"])
        assert _built(server) == expected
        write(tmp_path, {"beside/beside.go": "package beside\n\nconst Word = 2 +\n"})
        fails(server, "replaces", 502, "beside/beside.go:4", within_s=60)
        says(server, "embeds", "2")
        says(server, "alone", "alone")
        write(
            tmp_path, {"beside/beside.go": _beside("3"), "beside/beside_test.go": "package other\n"}
        )
        fails(server, "replaces", 502, "found packages", within_s=60)
        (tmp_path / "beside/beside_test.go").unlink()
        says(server, "replaces", "3", within_s=60)
        expected.update(["replaces"])
        assert _built(server) == expected
