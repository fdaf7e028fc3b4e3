"""What every command stands on: the App, its answer as text or JSON, and errors as one line and an exit status."""

from __future__ import annotations

import functools
import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from typing import Any

import click
from pydantic import ValidationError

from lib import texts
from lib.app import App
from lib.cli import hints
from lib.cli.spoken import Commands, Spoken
from lib.config import Settings
from lib.domain.problems import Problem
from lib.sandbox.launch import DidNotStart
from lib.services import checks
from lib.store.database import DatabaseHeld
from lib.texts import gettext as _
from lib.wording import SAYABLE, sandbox_takes_in

log = logging.getLogger("lib.cli")

WRONG_USE, COULD_NOT_WORK, STOPPED = 2, 3, 130
#: The sandbox takes in so many orders in about a second: more are worth a word.
A_SECOND_OF_ORDERS = 1000


@dataclass(frozen=True)
class Answer:
    """What a command answers: a JSON document, the same for people, and whether everything went well."""

    document: Any
    lines: Iterable[str] = field(default_factory=list)
    all_well: bool = True


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def group() -> None:
    """Shipdesk: the shipping desk of AliExpress sellers.

    The same work as in the browser. Every command takes --json: one JSON document on standard output, progress on
    standard error. Exit status: 0 all went well, 1 some rows or parcels did not, 2 wrong use, 3 could not work.

    \b
    A morning, from an empty data folder:
      load --sample
      checks
      batch new --limit 30 --policy cheapest        prints the batch's ID
      batch prepare ID --undeliverable destroy      says what still lacks
      batch send ID --agree
      batch labels ID -o labels.pdf
      batch handover ID --except LA200000054CN
      batch declare ID
    """


def command(name: str) -> Callable[[Callable[..., Answer]], click.Command]:
    """Make a command of a function that takes the App and its own options, and returns an Answer."""

    def decorate(act: Callable[..., Answer]) -> click.Command:
        @click.command(name, cls=Spoken)
        @click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")
        @functools.wraps(act)
        def command(as_json: bool, **given: Any) -> int:
            with _app() as app:
                answer = act(app, **given)
                _print(answer, as_json)
            return 0 if answer.all_well else 1

        command.params.sort(key=lambda param: param.name == "as_json")
        return command

    return decorate


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit status. Nothing a person can meet is a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        settings = Settings()
    except ValidationError as error:
        names = ", ".join(f"SHIPDESK_{str(one['loc'][0]).upper()}" for one in error.errors())
        return _fail(_("These settings cannot be read: {names}.", names=names), WRONG_USE, given)
    with texts.speak(settings.language):
        try:
            status = group.main(given, prog_name="python -m lib", standalone_mode=False)
        except click.ClickException as error:
            return _fail(error.format_message(), WRONG_USE, given, hint=_usage(error))
        except (click.Abort, KeyboardInterrupt):
            return _fail(_("Stopped. What was under way is asked about at the next start."), STOPPED, given)
        except DatabaseHeld as error:
            return _fail(_held(error), COULD_NOT_WORK, given)
        except DidNotStart as error:
            return _fail(_("The sandbox did not start: {why}.", why=error), COULD_NOT_WORK, given)
        except SAYABLE as error:
            status = WRONG_USE if isinstance(error, Problem) else COULD_NOT_WORK
            return _fail(hints.said(error), status, given, code=getattr(error, "code", ""))
        except OSError as error:
            return _fail(f"{error.filename or ''}: {error.strerror or error}", COULD_NOT_WORK, given)
        except Exception as error:
            log.exception("a command failed in an unforeseen way")
            why = _("A fault of the program ({kind}); its log has the details.", kind=type(error).__name__)
            return _fail(why, COULD_NOT_WORK, given)
    return status if isinstance(status, int) else 0


def say(text: str) -> None:
    """Say something on standard error: progress, warnings, what was decided."""
    click.echo(text, err=True)


@contextmanager
def _app() -> Iterator[App]:
    settings = Settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    _keep_log(settings)
    app = App.open(settings)
    app.on_taking_in = _taking_in
    try:
        checks.bring_up_to_date(app)
        yield app
    finally:
        app.close()


def _taking_in(count: int) -> None:
    if count >= A_SECOND_OF_ORDERS:
        say(sandbox_takes_in(count))


def _keep_log(settings: Settings) -> None:
    """The log goes to a file: standard error is for people."""
    kept = RotatingFileHandler(settings.data / "shipdesk.log", maxBytes=5_000_000, backupCount=3, delay=True)
    kept.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, RotatingFileHandler)]:
        root.removeHandler(handler)
        handler.close()
    root.addHandler(kept)
    logging.getLogger("lib").setLevel(logging.INFO)


def _print(answer: Answer, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answer.document, ensure_ascii=False, indent=1))
        return
    for line in answer.lines:
        click.echo(line)


def _fail(sentence: str, status: int, given: Sequence[str], *, hint: str = "", code: str = "") -> int:
    if hint:
        say(hint)
    say(sentence)
    if "--json" in given:
        click.echo(json.dumps({"error": sentence} | ({"code": code} if code else {}), ensure_ascii=False))
    return status


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return context.get_usage() if context and not error.format_message().startswith("Usage") else ""


def _held(error: DatabaseHeld) -> str:
    return _(
        "The database {path} is in use by {holder}. Do this in the dashboard, close that program, or set "
        "SHIPDESK_DATA to another folder.",
        path=error.path,
        holder=error.holder,
    )
