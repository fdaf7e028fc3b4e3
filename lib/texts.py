"""Texts in two languages: English is the source, `locales/` has the Simplified Chinese catalogue.

Nothing is installed globally, because two people may read the same process in two languages: the language of
the moment comes from `speak` (a command, a test) or from a resolver (`ui/context.py`: the browser session).
"""

from __future__ import annotations

import gettext as _gettext
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).parent / "locales"
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}

_spoken: ContextVar[str | None] = ContextVar("language", default=None)
_resolver: Callable[[], str | None] = lambda: None  # noqa: E731


def resolve_with(resolver: Callable[[], str | None]) -> None:
    """Ask this for the language whenever nothing nearer says it."""
    global _resolver
    _resolver = resolver


@contextmanager
def speak(language: str) -> Iterator[None]:
    """Use one language inside."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """The language of the moment: a key of LANGUAGES."""
    found = _spoken.get() or _resolver() or os.environ.get("SHIPDESK_LANGUAGE", "")
    return "zh_CN" if found.lower().startswith("zh") else "en"


def gettext(message: str, **values: object) -> str:
    """The message in the language of the moment, with `{name}` filled in from values."""
    text = _catalogue(language()).gettext(message)
    return text.format(**values) if values else text


def ngettext(one: str, many: str, count: int, **values: object) -> str:
    """As gettext, in the form for `count`, which fills `{count}`."""
    return _catalogue(language()).ngettext(one, many, count).format(count=f"{count:,}", **values)


def later(message: str) -> str:
    """Mark a message for the catalogue where it is written down, to be said later."""
    return message


def help_text(message: str) -> str:
    """A text of the command line's help in the language of the moment; its catalogue is made of the commands."""
    return _catalogue(language(), "help").gettext(message)


@cache
def _catalogue(name: str, domain: str = "shipdesk") -> _gettext.NullTranslations:
    return _gettext.translation(domain, LOCALES, [name], fallback=True)
