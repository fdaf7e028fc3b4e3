"""Sentences for codes: what the services and the store only name is said here, in the language of the moment."""

from __future__ import annotations

from lib.aliexpress.errors import PlatformError
from lib.domain.problems import Problem

#: The errors a person is told about in a sentence; any other is a fault of the program.
SAYABLE = (Problem, PlatformError)


def error_sentence(error: Exception) -> str:
    """What went wrong, where, and what to do."""
    raise NotImplementedError
