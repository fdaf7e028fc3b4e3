"""Every reason why a file cannot be read has its sentence, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from lib import texts
from lib.files import layouts, sheets
from lib.wording.files import UNREADABLE, unreadable_sentence

FILES = Path(__file__).resolve().parents[2] / "lib" / "files"


def raised() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each reason that is told somewhere in the code, and what it is told with."""
    for path in FILES.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match call:
                case ast.Call(ast.Name("Unreadable" | "NotReadable"), [ast.Constant(str(code)), *_], details):
                    yield code, tuple(word.arg for word in details if word.arg)


RAISED = sorted(set(raised()))


def test_reasons_are_found_in_the_code() -> None:
    assert {"bytes_damaged", "unclosed_quote", "too_wide", "too_many_cells", "password_protected"} <= {
        code for code, _details in RAISED
    }


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(("code", "details"), RAISED)
def test_a_reason_has_a_sentence_that_names_what_it_is_told(
    code: str, details: tuple[str, ...], language: str
) -> None:
    assert code in UNREADABLE
    with texts.speak(language):
        sentence = unreadable_sentence(code, **dict.fromkeys(details, 7))
    assert not re.search(r"[{}]", sentence), sentence
    assert bool(re.search(r"[\u4e00-\u9fff]", sentence)) is (language == "zh_CN")


@pytest.mark.parametrize(
    ("header", "kind", "maps", "lacks"),
    [
        (("Order ref", "Item"), None, "Say once on the Files page", ""),
        (("plan_key", "country", "per_kg"), None, "Say once on the Files page", "“Rate cards”"),
        (("plan_key", "country", "per_kg"), "rates", "Say once on the Files page", "“Rate cards”"),
        (("运单号", "金额"), "bills", "Say once on the Files page", "“Bill of a carrier”"),
        (
            ("净重从(g)", "净重到(g)"),
            None,
            "if these are orders, products, bills or rate",
            "“Packaging rules”",
        ),
        (("净重从(g)", "净重到(g)"), "packaging", "", "“Packaging rules”"),
        (("Order ref", "Item"), "orders", "Say once on the Files page", ""),
    ],
)
def test_only_what_a_person_can_map_is_promised_the_mapping_screen(
    header: tuple[str, ...], kind: str | None, maps: str, lacks: str
) -> None:
    sheet = sheets.Sheet("t.xlsx", "Sheet1", header, pd.DataFrame(columns=range(len(header))))
    with pytest.raises(sheets.NotReadable) as caught:
        layouts.recognise(sheet, kind)
    with texts.speak("en"):
        said = unreadable_sentence(caught.value.code, **caught.value.details)
    assert maps in said
    assert lacks in said
    assert ("Files page" in said) is bool(maps)
