"""The table in docs/sandbox.md of what the sandbox does: every test it names is there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    line.strip("| \n").split(" | ")
    for line in (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8").splitlines()
    if "`test_" in line
]


@cache
def names() -> frozenset[str]:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    return frozenset(name for text in texts for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE))


@pytest.mark.parametrize(("behaviour", "shown_by"), ROWS)
def test_what_the_sandbox_is_said_to_do_is_shown(behaviour: str, shown_by: str) -> None:
    named = re.findall(r"`(test_\w+)`", shown_by)
    assert named, behaviour
    assert set(named) <= names(), behaviour


def test_the_table_is_long() -> None:
    assert len(ROWS) >= 24
