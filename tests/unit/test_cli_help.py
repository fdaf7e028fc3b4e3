"""The help of every command: options with a word each, defaults shown, JSON for all, a place in the documentation."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from lib import texts
from lib.cli import group
from lib.cli.columns import width
from lib.cli.hints import HINTS
from lib.cli.spoken import messages
from lib.wording.problems import PROBLEMS

PO = texts.LOCALES / "zh_CN" / "LC_MESSAGES" / "help.po"
COMMANDS_PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"


def commands(of: click.Group, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name."""
    for name, one in of.commands.items():
        if isinstance(one, click.Group):
            yield from commands(one, *path, name)
        else:
            yield " ".join((*path, name)), one


ALL = dict(commands(group))


@pytest.mark.parametrize("name", ALL)
def test_a_command_says_what_it_does_what_its_options_mean_and_what_holds_without_them(name: str) -> None:
    command = ALL[name]
    assert command.help, "what it does"
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert "--json" in {flag for one in options for flag in one.opts}
    for one in options:
        assert one.help, f"{one.opts} has no word of help"
        default = one.to_info_dict()["default"]
        if default not in (None, False, "", ()) and not one.is_flag:
            assert one.show_default, f"{one.opts} does not show that {default} holds without it"


def test_help_is_listed_in_whole_sentences() -> None:
    with click.Context(group) as context:
        said = group.get_help(context)
    assert "..." not in said.partition("Commands:")[2]


def test_every_command_is_documented_with_its_json() -> None:
    documented = set(
        re.findall(r"^\| `([a-z -]+?)(?: [A-Z\[…].*?)?` \|", COMMANDS_PAGE.read_text(encoding="utf-8"), re.M)
    )
    assert documented == set(ALL)


def test_every_hint_is_of_a_problem_and_names_commands_and_options_there_are() -> None:
    flags = {flag for one in ALL.values() for param in one.params for flag in param.opts}
    assert HINTS.keys() <= PROBLEMS.keys()
    for hint in (one for hints in HINTS.values() for one in hints):
        words = hint.split()
        command = " ".join(word for word in words if not word.startswith("--") and word != "destroy")
        assert command in {*ALL, ""}, hint
        assert {word for word in words if word.startswith("--")} <= flags, hint


@pytest.fixture(scope="module")
def translated() -> Catalog:
    """The committed catalogue of the help."""
    with PO.open("rb") as stream:
        return read_po(stream, locale="zh_CN", domain="help")


def test_the_help_is_translated_and_nothing_else_is(translated: Catalog) -> None:
    said = {one.id for one in translated if one.id and one.string}
    wanted = set(messages(group))
    assert not wanted - said, "run `make texts`, fill in msgstr in help.po, run it again"
    assert not said - wanted, "run `make texts`"


def test_the_compiled_help_is_the_text_one(translated: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, translated)
    assert compiled.getvalue() == PO.with_suffix(".mo").read_bytes(), "run `make texts`"


@pytest.mark.parametrize("name", ["batch send", "receiver", "notice file"])
def test_help_in_chinese_fits_a_terminal_and_leaves_nothing_english(name: str) -> None:
    command = ALL[name]
    with texts.speak("zh_CN"), click.Context(command, info_name=name, terminal_width=80) as context:
        lines = command.get_help(context).splitlines()
    assert "选项:" in lines
    assert [line for line in lines if width(line) > 80] == []
    assert not set(messages(group)) & {line.strip() for line in lines}


def test_examples_stay_as_they_are_in_chinese() -> None:
    with texts.speak("zh_CN"), click.Context(ALL["batch send"]) as context:
        said = ALL["batch send"].get_help(context)
    assert "例如：\n    batch send ID --undeliverable destroy --handover self-post --agree\n" in said
