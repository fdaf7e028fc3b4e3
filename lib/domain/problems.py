"""What can go wrong for a person: a code and its arguments; `lib/wording.py` has the sentences."""

from __future__ import annotations


class Problem(Exception):
    """Something an operator asked for that cannot be done, and that a sentence explains.

    `code` names the sentence in `lib/wording.py`, `args` fill it. Nothing was changed when this is raised.
    """

    def __init__(self, code: str, **args: object) -> None:
        super().__init__(f"{code} {args}" if args else code)
        self.code, self.details = code, args
