"""The door of Shipdesk: `streamlit run dashboard.py` starts all of it.

Streamlit finds the server at the bottom and runs this file a second time, as `__main__`, for every page a person
looks at.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from lib import app as wiring
from lib import texts
from lib.config import Settings
from lib.services import background
from lib.store.database import DatabaseHeld
from lib.ui import actions, context, frame, steady

#: How often to look whether the program that holds the database let it go.
HELD_PAUSE_S = 3.0


def show() -> None:
    """One run of a page, in its frame; which language this person reads is asked once."""
    with texts.speak(texts.language()):
        _show()


def _show() -> None:
    page = frame.navigation(Path(__file__).parent)
    app = context.app()
    frame.sidebar(
        sandbox=app.is_sandbox,
        standing=lambda: background.standing(app),
        sync=lambda: background.sync_all(app, by=actions.by()),
        now=app.now,
    )
    frame.banner(background.trouble(), page)
    frame.starting(lambda: app.taking_in)
    with actions.read_out(), app.database.one_look():
        actions.arrive()
        page.run()


@asynccontextmanager
async def lifespan(_server: st.App) -> AsyncIterator[None]:
    """Open the store and go on with what is left half sent, before anyone opens a page; close both in order."""
    retrying = None if _start(say=True) else asyncio.create_task(_start_later())
    try:
        yield
    finally:
        if retrying is not None:
            retrying.cancel()
            with suppress(asyncio.CancelledError):
                await retrying
        await asyncio.to_thread(background.stop)
        await asyncio.to_thread(wiring.stop)


async def healthz(_request: Request) -> JSONResponse:
    """Whether this process works: "ok", or "held" while another program has the database (503)."""
    working = background.running()
    answer = {"status": "ok" if working else "held", "sandbox": Settings().sandbox}
    return JSONResponse(answer, status_code=200 if working else 503)


def _start(*, say: bool = False) -> bool:
    try:
        background.start(wiring.start())
    except DatabaseHeld as error:
        if say:
            print(context.held_sentence(error), file=sys.stderr, flush=True)
        return False
    return True


async def _start_later() -> None:
    while not await asyncio.to_thread(_start):
        await asyncio.sleep(HELD_PAUSE_S)


if __name__ == "__main__":
    show()
else:
    # Streamlit would run a file of pages/ by itself, without its frame, when the first visit of all is to that page.
    PagesManager.uses_pages_directory = False
    steady.hold()
    server = st.App(
        __file__, lifespan=lifespan, routes=[Route("/healthz", healthz)], on_script_error=frame.stumbled
    )
