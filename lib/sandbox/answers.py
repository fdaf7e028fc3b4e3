"""What an answer looks like on the wire: root keys, wrapped or plain lists, JSON or XML."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from lib.sandbox.gateway import REST, TOP, Family, GatewayError, request_id

#: A field that takes long to make: it is made once the world is free for other calls.
Later = Callable[[], str]


class Rows:
    """A list in an answer: full answers put it under one key named after its element, simplified ones do not."""

    def __init__(self, element: str, rows: list[Any]) -> None:
        self.element, self.rows = element, rows


def made(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields, those made that were left for later."""
    return {name: field() if callable(field) else field for name, field in fields.items()}


def success(
    method: str, fields: dict[str, Any], family: Family, *, simplify: bool, xml: bool = False
) -> bytes:
    """The answer of a call that was carried out.

    Full: under a root key, lists wrapped. Simplified: neither. On /rest: flat, with code 0; that its lists are
    plain is UNCONFIRMED.
    """
    complete = fields | {"request_id": request_id()}
    if family is REST:
        return as_json({"code": "0"} | complete, simplify=True)
    if xml:
        return as_xml({_root(method): complete})
    return as_json(complete if simplify else {_root(method): complete}, simplify=simplify)


def failure(error: GatewayError, family: Family, *, xml: bool = False) -> bytes:
    """The answer of a call that was turned away."""
    return as_xml(error.body(family)) if xml and family is TOP else as_json(error.body(family))


def as_json(answer: Any, *, simplify: bool = False) -> bytes:
    """JSON text of an answer with its lists."""
    write = _plain if simplify else _wrapped
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"), default=write).encode()


def as_xml(answer: dict[str, Any]) -> bytes:
    """The same as XML: an element a field, repeated for the rows of a list."""
    return ('<?xml version="1.0" encoding="utf-8" ?>' + "".join(_elements(answer))).encode()


def _root(method: str) -> str:
    """TOP's own calls lose their first word here."""
    return method.removeprefix("taobao.").replace(".", "_") + "_response"


def _elements(fields: dict[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            yield f"<{name}>{_xml(one)}</{name}>"


def _xml(value: Any) -> str:
    if isinstance(value, Rows):
        return "".join(_elements({value.element: value.rows}))
    if isinstance(value, dict):
        return "".join(_elements(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else escape(str(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Rows):
        return value.rows
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _wrapped(value: Any) -> Any:
    if isinstance(value, Rows):
        return {value.element: value.rows}
    raise TypeError(f"{type(value).__name__} has no JSON form")
