"""The texts: every one is translated, with the same gaps to fill, and every code has its sentence."""

from __future__ import annotations

import ast
import io
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from lib import texts, wording
from lib.aliexpress import errors
from lib.domain.checks import Finding
from lib.domain.orders import OrderStatus
from lib.domain.plans import TIERS, Cargo, Due, Obstacle, PairKind, Part, Policy
from lib.domain.problems import Problem
from lib.domain.shipments import Decision, HandoverMode, State
from lib.wording import files, findings, problems, shipments

ROOT = Path(__file__).resolve().parents[2]
PO = texts.LOCALES / "zh_CN" / "LC_MESSAGES" / "shipdesk.po"
KEYWORDS = {"_": None, "gettext": None, "later": None, "ngettext": (1, 2)}


@pytest.fixture(scope="module")
def found() -> Catalog:
    """Every message in the code."""
    catalog = Catalog()
    with (ROOT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    for file, line, message, _comments, context in extract_from_dir(
        ROOT, methods, options, keywords=KEYWORDS
    ):
        catalog.add(message, locations=[(file, line)], context=context)
    return catalog


@pytest.fixture(scope="module")
def translated() -> Catalog:
    """The committed catalogue."""
    with PO.open("rb") as stream:
        return read_po(stream, locale="zh_CN", domain="shipdesk")


def test_every_message_is_translated(found: Catalog, translated: Catalog) -> None:
    missing = [one.id for one in found if one.id and not _translation(translated, one)]
    assert not missing, f"{len(missing)} messages without a translation: {missing}"


def test_no_message_is_translated_that_nobody_says(found: Catalog, translated: Catalog) -> None:
    stale = [one.id for one in translated if one.id and found.get(_key(one)) is None]
    assert not stale, "run `make texts`"
    assert not [one.id for one in translated if one.id and one.fuzzy]


def test_translations_fill_in_the_same_values(translated: Catalog) -> None:
    for message in translated:
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set().union(*map(_gaps, sources))
        for text in filter(None, strings):
            assert _gaps(text) == wanted, message.id


def test_the_compiled_catalogue_is_the_text_one(translated: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, translated)
    assert compiled.getvalue() == PO.with_suffix(".mo").read_bytes(), "run `make texts`"


def test_texts_for_the_catalogue_are_literals() -> None:
    for path in [*ROOT.glob("lib/**/*.py"), *ROOT.glob("pages/**/*.py"), *ROOT.glob("dashboard.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext", "later"):
                for text in node.args[: 2 if getattr(node.func, "id", "") == "ngettext" else 1]:
                    # From a table of `later` texts: by a code that is a name, or Babel takes it for a text.
                    said = isinstance(text, ast.Constant) or not any(
                        isinstance(inner, ast.Constant | ast.JoinedStr) for inner in ast.walk(text)
                    )
                    assert said, f"{path}:{node.lineno}"


def test_a_language_is_spoken_only_inside() -> None:
    with texts.speak("zh_CN"):
        assert wording.state_label("unconfirmed") == "待核实"
        with texts.speak("en"):
            assert wording.state_label("unconfirmed") == "Unconfirmed"
        assert wording.state_label("unconfirmed") == "待核实"


def test_counts_are_filled_in_with_thousands() -> None:
    with texts.speak("en"):
        assert texts.ngettext("{count} order", "{count} orders", 1200) == "1,200 orders"
        assert texts.ngettext("{count} order", "{count} orders", 1) == "1 order"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_code_of_the_domain_has_its_word(language: str) -> None:
    with texts.speak(language):
        said = [
            *map(wording.state_label, State),
            *map(wording.status_label, OrderStatus),
            *map(wording.obstacle_label, Obstacle),
            *map(wording.part_label, Part),
            *map(wording.policy_label, Policy),
            *map(wording.pair_kind_label, PairKind),
            *map(wording.decision_label, Decision),
            *map(wording.handover_label, HandoverMode),
            *map(wording.cargo_label, Cargo),
            *map(wording.due_label, Due),
            *map(wording.class_label, TIERS),
            *map(wording.finding_label, Finding),
        ]
    codes = [
        *State,
        *OrderStatus,
        *Part,
        *Policy,
        *PairKind,
        *Decision,
        *HandoverMode,
        *Cargo,
        *Due,
        *Finding,
    ]
    assert not set(map(str, codes)) & set(said)
    assert all(wording.finding_sentence(code, "phone", "x") != code for code in Finding)


def test_obstacles_add_up_to_one_sentence() -> None:
    both = Obstacle.TOO_HEAVY | Obstacle.CARGO
    with texts.speak("en"):
        assert wording.obstacles_sentence(both) == "too heavy; does not take this kind of goods"
        assert wording.obstacles_sentence(0) == ""


def test_every_problem_the_services_raise_has_a_sentence_with_its_values() -> None:
    raised = _calls("Problem", "lib/services/**/*.py")
    assert raised, "no problem found in lib/services"
    for code, names in raised:
        assert code in problems.PROBLEMS, code
        assert _gaps(problems.PROBLEMS[code]) == names, code
    assert problems.PROBLEMS.keys() == {code for code, _names in raised}


def test_every_file_a_page_offers_is_made_in_the_language_of_that_page() -> None:
    offered = [
        (path.name, call.args[1])
        for path in [*ROOT.glob("pages/**/*.py"), *ROOT.glob("lib/ui/*.py")]
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "download_button"
    ]
    assert len(offered) > 10
    for name, made in offered:
        assert isinstance(made, ast.Call | ast.Name), name
        assert ast.unparse(made).startswith(("downloads.spoken(", "spoken(", "downloads.counted(")), (
            name,
            ast.unparse(made),
        )


def test_every_reason_not_to_read_a_file_has_a_sentence() -> None:
    raised = {code for code, _names in _calls("NotReadable", "lib/files/**/*.py")}
    assert raised <= files.UNREADABLE.keys()
    with texts.speak("en"):
        said = wording.unreadable_sentence(
            "unknown_layout", sheet="Sheet1", headers=["a"], nearest="products", missing=["SKU", "重量(g)"]
        )
    assert "Product table" in said
    assert "SKU, 重量(g)" in said


def test_every_fault_of_a_row_is_said_with_its_mending() -> None:
    scripts = [path.read_text(encoding="utf-8") for path in ROOT.glob("lib/files/sql/*.sql")]
    codes = {code for text in scripts for code in re.findall(r"then '([a-z]+(?:_[a-z]+)+)'", text)} | {
        code
        for text in scripts
        for pattern in (r"'(\w+)' as code", r"'code': '(\w+)'")
        for code in re.findall(pattern, text)
    }
    assert len(codes) > 15
    assert codes <= files.ROWS.keys()
    assert files.ROWS.keys() == files.MENDING.keys()


def test_everything_that_keeps_an_order_out_is_said() -> None:
    assert {str(finding) for finding in Finding} | {
        "no_plan",
        "order_unknown",
        "other_shop",
    } == findings.LABELS.keys()
    assert findings.LABELS.keys() == findings.SENTENCES.keys()


def test_every_note_and_reason_the_services_write_is_said() -> None:
    written = {
        node.value.value
        for path in ROOT.glob("lib/services/**/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword)
        and node.arg in ("note", "reason_code")
        and isinstance(node.value, ast.Constant)
        and node.value.value
    }
    assert written
    assert written <= shipments.NOTES.keys() | shipments.REASONS.keys()
    assert shipments.REASONS.keys() <= shipments.MENDING.keys()


def test_a_refusal_in_the_platforms_words_keeps_them() -> None:
    with texts.speak("en"):
        assert (
            wording.reason_sentence("B2302", "收货地址不可达")
            == "The platform said: 收货地址不可达 (code B2302)"
        )
        assert wording.reason_mending("B2302") == wording.reason_mending("anything")
        assert wording.reason_sentence(None) == wording.reason_mending(None) == ""


def test_a_note_a_person_wrote_is_shown_as_it_is() -> None:
    assert wording.note_sentence("label lost {at} the printer") == "label lost {at} the printer"


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize(
    "error",
    [
        Problem("batch_unknown", batch_id="B1"),
        Problem("a_code_of_tomorrow", value=1),
        errors.Refused("12", text="no"),
        errors.FieldLimit("receiver name", "1–90 bytes", "95 bytes"),
        errors.Unavailable("unreachable"),
        errors.Unavailable("7", retry_after=2.0),
        errors.DailyQuota("7"),
        errors.Unauthorised("27"),
        errors.OutcomeUnknown("no_answer"),
        errors.BadAnswer("bad_json"),
        errors.PlatformError("new"),
    ],
    ids=lambda error: f"{type(error).__name__}-{error.code}",
)
def test_every_error_a_person_meets_is_one_sentence(error: Exception, language: str) -> None:
    with texts.speak(language):
        said = wording.error_sentence(error)
    assert said
    assert "\n" not in said
    assert not _gaps(said)


def test_a_fault_of_the_program_is_not_talked_away() -> None:
    with pytest.raises(TypeError):
        wording.error_sentence(KeyError("x"))


def _calls(name: str, pattern: str) -> list[tuple[str, set[str]]]:
    """(code, names of its values) of every `Name("code", …, value=…)` in these files."""
    return [
        (node.args[0].value, {keyword.arg for keyword in node.keywords if keyword.arg})
        for path in ROOT.glob(pattern)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == name
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def _gaps(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name}


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def _translation(catalog: Catalog, message: Message) -> bool:
    known = catalog.get(_key(message))
    if known is None:
        return False
    return all(known.string) if isinstance(known.string, tuple) else bool(known.string)
