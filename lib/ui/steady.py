"""Clicks that meet a run: what Streamlit 1.67 breaks off or forgets then, and a desk may not.

Two things happen when somebody clicks while a page is still being made, twice in a row for instance:

- A callback is broken off as soon as it touches the session, for a callback counts as part of the run that the next
  click ends. What it was about to do is half done, or done and not said.
- A file that is made when it is asked for is forgotten as soon as a run did not get as far as its button, while the
  button is still there to be clicked.

Streamlit has no setting for either, so two of its methods are wrapped; tests show that this is still needed, and that
it still works.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.state.safe_session_state import SafeSessionState

#: A button whose run is over is clicked no later than this; what its file is made from is let go after it.
KEPT_S = 60.0


def hold() -> None:
    """Let callbacks run to their end, and downloads be asked for while the next run is made; once a process."""
    _wrap(SafeSessionState, "on_script_will_rerun", _whole)
    _wrap(MediaFileManager, "_remove_orphaned_deferred_callables", _later)


def _wrap(owner: type, name: str, wrapper: Callable[[Callable[..., None]], Callable[..., None]]) -> None:
    method = getattr(owner, name)
    if not hasattr(method, "__wrapped__"):
        setattr(owner, name, wrapper(method))


def _whole(run_callbacks: Callable[..., None]) -> Callable[..., None]:
    """Callbacks during which nobody is asked whether the next run is wanted; Streamlit asks right after them."""

    @wraps(run_callbacks)
    def whole(state: SafeSessionState, *details: Any, **named: Any) -> None:
        ask = state._yield_callback
        ask()
        object.__setattr__(state, "_yield_callback", lambda: None)
        try:
            run_callbacks(state, *details, **named)
        finally:
            object.__setattr__(state, "_yield_callback", ask)

    return whole


def _later(remove: Callable[..., None]) -> Callable[..., None]:
    """What no page mentions any more goes after a while, not at once. Streamlit calls it with the lock held."""
    unmentioned_since: dict[str, float] = {}

    @wraps(remove)
    def later(manager: MediaFileManager) -> None:
        now = time.monotonic()
        mentioned = {one for files in manager._files_by_session_and_coord.values() for one in files.values()}
        left = [one for one in manager._deferred_callables if one not in mentioned]
        for file_id in unmentioned_since.keys() - set(left):
            del unmentioned_since[file_id]
        for file_id in left:
            if now - unmentioned_since.setdefault(file_id, now) > KEPT_S:
                manager._drop_deferred_id(file_id)

    return later
