"""Functions of one module in one `go build`: go plans once, and compiles what they share once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from polyfn.model import BuildPlan, Joint
from polyfn.runtimes.go import inputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from polyfn.runtimes.go.modules import Module

_OUT: Final = "out"
_LISTING: Final = "joint.txt"
# What `polyfn.runtimes.go.inputs` reads, with the names by which each program's part is found.
_TEMPLATE: Final = (
    '{{if not .Standard}}I{{"\\t"}}{{.ImportPath}}{{"\\n"}}'
    '{{if eq .Name "main"}}{{range .Deps}}D{{"\\t"}}{{.}}{{"\\n"}}{{end}}{{end}}'
    f"{inputs.PACKAGE_LINES}{{{{end}}}}"
)


def joined(plan: BuildPlan, module: Module) -> BuildPlan:
    """The plan, and how it is built together with others of its module.

    Args:
        plan: Two commands: ``go build … -o OUTPUT .`` and ``go list … -f TEMPLATE .``.
    """
    build = plan.commands[0]
    # The program of a module's root is not called by its directory's name.
    if module.is_virtual or build.cwd == module.root:
        return plan
    env = sorted((name, value) for name, value in build.env.items() if name != "PWD")
    same = repr((build.argv[:-3], str(module.root), env))
    key = hashlib.blake2b(same.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
    return replace(plan, joint=Joint(key=key, join=partial(_join, root=module.root), split=_split))


def _join(plans: Sequence[BuildPlan], *, root: Path) -> BuildPlan:
    first = plans[0]
    build, listing = first.commands
    packages = [f"./{each.commands[0].cwd.relative_to(root).as_posix()}" for each in plans]
    replaced: dict[str, str] = {}
    for each in plans:
        replaced |= json.loads(each.files["overlay.json"])["Replace"]
    overlay = json.dumps({"Replace": replaced}, indent=1, ensure_ascii=False)
    env = {**build.env, "PWD": str(root)}
    return replace(
        first,
        title=f"go build of {len(plans)} functions",
        files={**first.files, "overlay.json": overlay},
        commands=(
            replace(
                build,
                argv=(*build.argv[:-3], "-o", f"{{work}}/{_OUT}/", *packages),
                cwd=root,
                env=env,
            ),
            replace(
                listing,
                argv=(*listing.argv[:-2], _TEMPLATE, *packages),
                cwd=root,
                env=env,
                stdout_to=_LISTING,
            ),
        ),
        joint=None,
    )


def _split(plan: BuildPlan, scratch: Path, work: Path) -> None:
    package = plan.commands[0].cwd
    text = (scratch / _LISTING).read_text("utf-8", "surrogateescape")
    lines = "".join(_lines_of(text, str(package)))
    (work / inputs.LISTING).write_text(lines, "utf-8", "surrogateescape")
    (scratch / _OUT / package.name).replace(work / plan.output)


def _lines_of(listing: str, directory: str) -> Iterator[str]:
    """The part of a listing that is about one program: its own package, and what it imports."""
    blocks: dict[str, str] = {}
    wanted: set[str] = set()
    for block in f"\n{listing}".split("\nI\t")[1:]:
        path, _, rest = block.partition("\n")
        lines = rest.split("\n")
        blocks[path] = "".join(f"{line}\n" for line in lines if not line.startswith("D\t"))
        if any(line.startswith(f"P\t{directory}\t") for line in lines):
            wanted = {path, *(line[2:] for line in lines if line.startswith("D\t"))}
    if not wanted:
        raise FileNotFoundError(f"go list says nothing of {directory}")
    yield from (lines for path, lines in blocks.items() if path in wanted)
