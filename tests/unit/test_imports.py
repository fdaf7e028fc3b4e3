"""Who may import whom: the table of the house plan, kept true."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORDS = ("lib.texts", "lib.wording")
#: What a start can fail with is caught where the program starts: a held database, a sandbox that did not come up.
FAILURES = ("lib.store.database", "lib.sandbox.launch")

#: A room → what of ours it may import besides itself; the longest prefix that fits a module is its room.
MAY: dict[str, tuple[str, ...]] = {
    "dashboard": ("lib.app", "lib.config", "lib.ui", "lib.services", *FAILURES, *WORDS),
    "pages": ("lib.services", "lib.domain", "lib.ui", *WORDS),
    "lib.app": ("lib.config", "lib.store", "lib.aliexpress", "lib.sandbox.launch"),
    "lib.config": (),
    "lib.texts": (),
    "lib.wording": ("lib.domain", "lib.texts", "lib.aliexpress.errors"),
    "lib.domain": (),
    "lib.store": ("lib.domain",),
    "lib.aliexpress": ("lib.domain",),
    "lib.files": ("lib.domain",),
    "lib.sandbox": ("lib.aliexpress.protocol", "lib.files"),
    "lib.services": ("lib.app", "lib.domain", "lib.store", "lib.aliexpress", "lib.files"),
    "lib.services.connection": (
        "lib.services",
        "lib.app",
        "lib.domain",
        "lib.store",
        "lib.aliexpress",
        *FAILURES,
    ),
    "lib.ui": ("lib.domain", *WORDS),
    "lib.ui.context": ("lib.ui", "lib.app", "lib.config", *FAILURES, *WORDS),
    "lib.cli": ("lib.services", "lib.domain", "lib.app", "lib.config", *WORDS),
    "lib.cli.frame": ("lib.cli", "lib.services", "lib.domain", "lib.app", "lib.config", *FAILURES, *WORDS),
    "lib.__main__": ("lib.cli",),
}

FILES = sorted([*ROOT.glob("lib/**/*.py"), *ROOT.glob("pages/**/*.py"), *ROOT.glob("dashboard.py")])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    room = max((room for room in MAY if _within(name, room)), key=len, default=None)
    if name == "lib":
        return
    assert room is not None, f"{name} has no room in the table"
    strangers = [one for one in _imported(path) if not any(_within(one, may) for may in (room, *MAY[room]))]
    assert not strangers, f"{name} ({room}) imports {', '.join(strangers)}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_screens_know_streamlit(path: Path) -> None:
    screens = ("pages", "dashboard.py", "lib/ui")
    if not str(path.relative_to(ROOT)).startswith(screens):
        assert not any(name.split(".")[0] == "streamlit" for name in _names(path))


def _imported(path: Path) -> set[str]:
    """The modules of ours that a file imports."""
    return {name for name in _names(path) if name.split(".")[0] in ("lib", "pages", "dashboard")}


def _names(path: Path) -> set[str]:
    """Every module a file imports: `from lib import texts` is lib.texts, `from lib.app import App` is lib.app."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            folder = ROOT.joinpath(*node.module.split("."))
            found |= {
                f"{node.module}.{alias.name}"
                if (folder / f"{alias.name}.py").exists() or (folder / alias.name).is_dir()
                else node.module
                for alias in node.names
            }
    return found


def _within(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")
