"""Run the benchmarks: all of them, or those named by a figure (load_csv) or by a module of this folder (files).

A module names its figures in `FIGURES`: name → what yields that figure, and those that explain it. A module with only
a `run` is one figure called like the module.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from benchmarks.measure import Figure

FRAME = {"__init__", "__main__", "history", "measure", "pages"}
Work = Callable[[], Iterable[Figure]]


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON list on standard output.")
def main(names: tuple[str, ...], as_json: bool) -> None:
    """Print the figures of the benchmarks NAMEd, or of all; exit status 1 when a limit is broken."""
    chosen = _chosen(names, _known())
    told = []
    for name, work in chosen.items():
        print(name, file=sys.stderr if as_json else sys.stdout, flush=True)
        for figure in work():
            told.append(figure)
            print(figure.line(), file=sys.stderr if as_json else sys.stdout, flush=True)
    if as_json:
        print(json.dumps([figure.told() for figure in told], ensure_ascii=False, indent=2))
    sys.exit(0 if all(figure.holds for figure in told) else 1)


def _known() -> dict[str, dict[str, Work]]:
    """Module → its figures by name."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in FRAME:
            module = importlib.import_module(f"benchmarks.{path.stem}")
            found[path.stem] = getattr(module, "FIGURES", None) or {path.stem: module.run}
    return found


def _chosen(names: Iterable[str], known: dict[str, dict[str, Work]]) -> dict[str, Work]:
    """What to run, in the order of the modules; a module's name stands for all its figures."""
    figures = {name: work for one in known.values() for name, work in one.items()}
    wanted: set[str] = set()
    for name in names:
        if name not in figures and name not in known:
            print(f"No figure is called {name}. There are: {', '.join(figures)}.", file=sys.stderr)
            sys.exit(2)
        wanted |= {name} if name in figures else set(known[name])
    return {name: work for name, work in figures.items() if not names or name in wanted}


if __name__ == "__main__":
    main()
