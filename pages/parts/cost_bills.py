"""Not yet."""

from __future__ import annotations

from collections.abc import Mapping


def show(facets: Mapping[str, Mapping[str, int]], stamp: str) -> None:
    """Nothing yet."""
