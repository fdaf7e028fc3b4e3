"""The help of commands in the language of the moment.

Its texts are docstrings and options' words; `lib/cli/template.py` collects them for a catalogue of their own.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from lib import texts
from lib.cli.columns import width
from lib.texts import help_text

#: Texts of the help that no command has of its own.
HEADS = ("Options", "Commands", "Show this message and exit.")
#: Columns that the names of options take, with what is indented before and behind them.
NAMES = 36


def messages(group: click.Group) -> list[str]:
    """Every text of the help of a group and its commands, in their order."""
    found = [*HEADS]
    for command in _all(group):
        found += [said for said, _as_it_is in _blocks(command.help or "")]
        found += [one.help for one in command.params if isinstance(one, click.Option) and one.help]
    return list(dict.fromkeys(found))


class Spoken(click.Command):
    """A command whose help is in the language of the moment."""

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence."""
        if texts.language() == "en":
            return super().get_short_help_str(limit)
        [(said, _as_it_is), *_more] = list(_blocks(self.help or "")) or [("", [])]
        return help_text(said).partition("。")[0]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does; examples stay as they are."""
        if texts.language() == "en":
            super().format_help_text(ctx, formatter)
            return
        for said, as_it_is in _blocks(self.help or ""):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(
                    "\b\n" + "\n".join([*wrapped(help_text(said), formatter.width - 2), *as_it_is])
                )

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the options mean, with what holds without them."""
        rows = []
        for one in self.get_params(ctx):
            record = one.get_help_record(ctx) if isinstance(one, click.Option) else None
            if record is not None:
                rows.append((record[0], _option(one, record[1], formatter.width - NAMES)))
        with formatter.section(help_text("Options")):
            formatter.write_dl(rows)


class Commands(Spoken, click.Group):
    """A group whose commands are listed in the order the work happens, each with its whole first sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, as they were added."""
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list; nothing is cut off."""
        longest = max(map(len, self.commands))
        rows = [
            (name, _fitting(one.get_short_help_str(limit=1000), formatter.width - longest - 6))
            for name, one in self.commands.items()
        ]
        with formatter.section(help_text("Commands")):
            formatter.write_dl(rows)


def wrapped(text: str, columns: int) -> list[str]:
    """Lines of at most so many columns: a Chinese character takes two, and a line may end behind any of them."""
    lines, line = [], ""
    for piece in re.findall(r"[!-~]+|\s+|[^\s!-~][，。；：、）”]*", text):
        if line and width(line + piece) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def _option(one: click.Parameter, said: str, columns: int) -> str:
    """What stands behind an option's name: its help, and what click adds of its default."""
    own = one.help if isinstance(one, click.Option) else None
    return _fitting(said.replace(own, help_text(own), 1) if own else said, columns)


def _fitting(said: str, columns: int) -> str:
    return said if texts.language() == "en" else "\b\n" + "\n".join(wrapped(said, columns))


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each paragraph, and below it the lines of an example as they are."""
    for block in inspect.cleandoc(text).split("\n\n"):
        lines = block.split("\n")
        if lines[0] == "\b":
            yield lines[1], lines[2:]
        elif block:
            yield " ".join(block.split()), []


def _all(group: click.Group) -> Iterator[click.Command]:
    yield group
    for one in group.commands.values():
        if isinstance(one, click.Group):
            yield from _all(one)
        else:
            yield one
