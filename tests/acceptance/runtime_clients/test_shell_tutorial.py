"""A custom runtime in a shell, as AWS's tutorial of custom runtimes writes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.acceptance.serving import served

# The names, the order and the options are those of "Tutorial: Building a custom runtime".
BOOTSTRAP = """\
#!/bin/bash
set -euo pipefail
source $LAMBDA_TASK_ROOT/"$(echo $_HANDLER | cut -d. -f1).sh"
API="http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation"
while true
do
  HEADERS="$(mktemp)"
  EVENT_DATA=$(curl -sS -LD "$HEADERS" "$API/next")
  REQUEST_ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)
  RESPONSE=$($(echo "$_HANDLER" | cut -d. -f2) "$EVENT_DATA")
  curl "$API/$REQUEST_ID/response" -d "$RESPONSE"
done
"""
FUNCTION = r"""
function handler () {
  echo "$1" 1>&2
  echo "{\"statusCode\": 200, \"body\": \"Echoing request\"}"
}
"""
# Before so much curl asks whether it may send it, and waits a second (`Expect: 100-continue`).
LARGE = r"""#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while headers=$(mktemp) && curl -sS -o /dev/null -D "$headers" "$api/next"; do
  id=$(sed -n 's/^lambda-runtime-aws-request-id: *\([^[:space:]]*\).*/\1/Ip' "$headers")
  { printf '{"statusCode": 200, "body": "'; head -c 2000000 /dev/zero | tr '\0' x; printf '"}'; } |
    curl -sS -w 'took %{time_total}\n' -H 'Expect: 100-continue' --data-binary @- \
      "$api/$id/response"
done
"""

pytestmark = [
    pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl on the PATH"),
    pytest.mark.skipif(not Path("/bin/bash").exists(), reason="there is no bash"),
]


def bootstrap(directory: Path, text: str) -> None:
    directory.mkdir(parents=True)
    (directory / "bootstrap").write_text(text)
    (directory / "bootstrap").chmod(0o755)


def test_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    hello = tmp_path / "netlify/functions/hello"
    bootstrap(hello, BOOTSTRAP)
    (hello / "function.sh").write_text(FUNCTION)
    (tmp_path / "polyfn.toml").write_text('[functions.hello]\nhandler = "function.handler"\n')
    with served(tmp_path) as server:
        answer = server.get("hello")
        assert (answer.status, answer.body) == (200, b"Echoing request"), answer.body
        server.wait_for_output('"httpMethod"')


def test_answer_that_waits_to_be_asked_for_is_asked_for(tmp_path: Path) -> None:
    bootstrap(tmp_path / "netlify/functions/large", LARGE)
    with served(tmp_path) as server:
        answer = server.get("large")
        assert (answer.status, len(answer.body)) == (200, 2_000_000), answer.body[:500]
        server.wait_for_output("took 0.")  # curl waits for a second when nobody asks
