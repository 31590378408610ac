"""The command ``bench/plot``: throughput and p99 over connections, side by side in one picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click
import matplotlib as mpl
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, NullLocator

from polyfn_bench import results
from polyfn_bench.programs import BENCH

if TYPE_CHECKING:
    from polyfn_bench.figures import Figure, Point
    from polyfn_bench.results import Results


class _Style(NamedTuple):
    """How a server's line looks; the words at its end."""

    words: str
    colour: str
    line: str = "-"


# Colours of Okabe and Ito, which colour-blind readers can tell apart.
_STYLES: Final = {
    "plain Node": _Style("plain Node server", "#777777", "--"),
    "plain Go": _Style("plain Go server", "#333333", ":"),
    "js": _Style("polyfn JS", "#0072B2"),
    "ts": _Style("polyfn TS", "#56B4E9"),
    "go": _Style("polyfn Go", "#009E73"),
    "py": _Style("polyfn Python", "#E69F00"),
    "netlify-cli js": _Style("Netlify CLI JS", "#D55E00", "-."),
    "netlify-cli ts": _Style("Netlify CLI TS", "#A34700", "-."),
    "netlify-cli go": _Style("Netlify CLI Go", "#CC79A7", "-."),
    "functions-framework js": _Style("functions-framework JS", "#7B4FA3", "-."),
}
_WORDS_APART = 0.055


@click.command()
@click.argument(
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=BENCH / "results.json",
)
@click.argument(
    "picture", type=click.Path(dir_okay=False, path_type=Path), default=BENCH / "throughput.svg"
)
def main(source: Path, picture: Path) -> None:
    """Draw the points of a run; the ending of PICTURE says whether SVG or PNG."""
    run = results.from_json(source.read_text(encoding="utf-8"))
    if not run.points:
        raise click.ClickException(f"{source} has no throughput to draw")
    draw(run, picture)


def draw(run: Results, picture: Path) -> None:
    """Both panels; the same run always gives the same bytes."""
    with mpl.rc_context({"svg.hashsalt": "polyfn", "font.size": 10}):
        canvas = Canvas(figsize=(13, 5.6), layout="constrained", facecolor="white")
        rates, latencies = canvas.subplots(1, 2)
        _panel(rates, run, "rps", "Requests a second (more is better)")
        _panel(latencies, run, "p99_ms", "p99 in ms (less is better)")
        machine = run.machine
        canvas.suptitle(
            f"Over connections, on {machine.cores} cores shared with the load generator "
            f"({machine.date}, {run.effort} run)",
            fontsize=12,
        )
        metadata = {"Date": None} if picture.suffix == ".svg" else {}
        canvas.savefig(picture, dpi=120, metadata=metadata)


def _panel(axes: Any, run: Results, name: str, title: str) -> None:
    connections = sorted({point.connections for point in run.points})
    places = {number: place for place, number in enumerate(connections)}
    for subject in _STYLES:
        points = sorted(
            (point for point in run.points if point.subject == subject),
            key=lambda point: point.connections,
        )
        if points:
            _line(axes, _STYLES[subject], points, places, name)
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xticks(list(places.values()), [str(number) for number in connections])
    axes.set_xlabel("connections")
    axes.set_xlim(-0.1, len(connections) - 1 + 0.05)
    axes.grid(axis="y", color="#dddddd", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    _words(axes, run, connections[-1], name)


def _line(axes: Any, style: _Style, points: list[Point], places: dict[int, int], name: str) -> None:
    figures: list[Figure] = [getattr(point, name) for point in points]
    across = [places[point.connections] for point in points]
    axes.fill_between(
        across,
        [figure.low for figure in figures],
        [figure.high for figure in figures],
        color=style.colour,
        alpha=0.09,
        linewidth=0,
    )
    values = [figure.value for figure in figures]
    axes.plot(across, values, style.line, color=style.colour, marker="o", markersize=4)


def _words(axes: Any, run: Results, last: int, name: str) -> None:
    """Each line's name at its end, moved apart where they would cover each other."""
    ends = {
        point.subject: getattr(point, name).value
        for point in run.points
        if point.connections == last and point.subject in _STYLES
    }
    heights = {
        subject: float(axes.transAxes.inverted().transform(axes.transData.transform((0, end)))[1])
        for subject, end in ends.items()
    }
    for subject, height in _apart(heights).items():
        style = _STYLES[subject]
        axes.annotate(
            style.words,
            xy=(1.02, height),
            xycoords="axes fraction",
            va="center",
            color=style.colour,
            annotation_clip=False,
        )


def _apart(wanted: dict[str, float]) -> dict[str, float]:
    """Heights with a least distance, each as near as can be to where it is wanted.

    Those that would touch form a group, which is spread around the middle of what it wants.
    """
    groups: list[list[str]] = []
    for subject in sorted(wanted, key=wanted.__getitem__):
        groups.append([subject])
        while len(groups) > 1 and _bottom(groups[-1], wanted) < _top(groups[-2], wanted):
            above = groups.pop()
            groups[-1] += above
    return {
        subject: _bottom(group, wanted) + (place + 0.5) * _WORDS_APART
        for group in groups
        for place, subject in enumerate(group)
    }


def _bottom(group: list[str], wanted: dict[str, float]) -> float:
    middle = sum(wanted[subject] for subject in group) / len(group)
    return middle - len(group) * _WORDS_APART / 2


def _top(group: list[str], wanted: dict[str, float]) -> float:
    return _bottom(group, wanted) + len(group) * _WORDS_APART
