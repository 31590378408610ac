"""What a pool starts instances from: one function, built, with its environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyfn.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from polyfn.model import JSON, Artifact, Function, LaunchSpec

_ACCOUNT = "123456789012"


class ArtifactGone(Unavailable):
    """What was built is not there any more: somebody has emptied the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One version of one function, ready to be started."""

    function: Function
    artifact: Artifact
    launch: LaunchSpec
    environment: Mapping[str, str]
    memory_mb: int

    def check(self) -> None:
        """See that there is something to start.

        Raises:
            ArtifactGone: There is not.
        """
        path = self.artifact.path
        if not path.exists():
            raise ArtifactGone(
                f"Function {self.function.name!r} cannot be started: {path} is gone. Save it again."
            )

    @property
    def depends_on(self) -> tuple[Path, ...]:
        """The files and directories, absolute, whose change makes another version of it.

        Of a function that runs as it is, what it loads is not among them.
        """
        return (*self.artifact.inputs, *self.launch.depends_on)

    @property
    def spawn_environment(self) -> dict[str, str]:
        """What the process starts with: the function's variables and the runner's own."""
        return self.launch.start_variables(self.environment)

    @property
    def main_file(self) -> str:
        """The author's main file, relative to the project where it is inside."""
        file, root = self.function.main_file, self.function.project_root
        return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)

    def load_spec(self) -> dict[str, JSON]:
        """The fields of LOAD (runners/PROTOCOL.md §3)."""
        environment = self.environment
        root = str(self.function.project_root)
        name = self.function.name
        region = environment.get("AWS_REGION", "us-east-1")
        return {
            "function": name,
            "main_file": str(self.artifact.path),
            "handler": self.function.handler,
            "root": root,
            "cwd": root,
            "env": dict(environment),
            "memory_mb": self.memory_mb,
            "version": "$LATEST",
            "arn": f"arn:aws:lambda:{region}:{_ACCOUNT}:function:{name}",
            "log_group": environment.get("AWS_LAMBDA_LOG_GROUP_NAME", f"/aws/lambda/{name}"),
            "log_stream": environment.get("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
            "source_maps": False,
            **self.launch.load,
        }
