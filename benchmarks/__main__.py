"""Run the benchmarks: each other module of this folder has a `run` that returns its figures."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

FRAME = {"__init__", "__main__", "measure"}


def main(wanted: list[str]) -> int:
    """Print the figures of the wanted benchmarks (all of them when none is named); 1 when a limit is broken."""
    known = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in FRAME)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"No benchmark is called {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    held = True
    for name in wanted or known:
        print(name, flush=True)
        for figure in importlib.import_module(f"benchmarks.{name}").run():
            print(figure.line(), flush=True)
            held = held and figure.holds
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
