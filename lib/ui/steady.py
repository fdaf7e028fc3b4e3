"""Clicks that meet a run: what Streamlit 1.67 breaks off or forgets then, and a desk may not.

Three things happen when somebody clicks while a page is still being made, twice in a row for instance:

- A callback is broken off as soon as it touches the session, for a callback counts as part of the run that the next
  click ends. What it was about to do is half done, or done and not said.
- A file that is made when it is asked for is forgotten as soon as a run did not get as far as its button, while the
  button is still there to be clicked.
- A file asked for right after a choice (another paper, then Print) is made by the button as it was drawn before the
  choice, for the run that draws it anew has only begun.

Streamlit has no setting for any of them, so three of its methods are wrapped; tests show that this is still needed,
and that it still works.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.state.safe_session_state import SafeSessionState

#: A button whose run is over is clicked no later than this; what its file is made from is let go after it.
KEPT_S = 60.0
#: A file waits so long at most for the run that was under way when it was asked for; none is under way when none was
#: seen for so long: a busy browser may send the click a moment before the choice.
PATIENCE_S, QUIET_S, PAUSE_S = 30.0, 0.3, 0.02


def hold() -> None:
    """Let callbacks run to their end, and files be made of what the page says when asked for; once a process."""
    _wrap(SafeSessionState, "on_script_will_rerun", _whole)
    _wrap(MediaFileManager, "_remove_orphaned_deferred_callables", _later)
    _wrap(MediaFileManager, "execute_deferred", _newest)


def _wrap(owner: type, name: str, wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
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


def _newest(make: Callable[..., str]) -> Callable[..., str]:
    """A file is made by its button as the run draws it that had begun when it was asked for."""

    @wraps(make)
    def newest(manager: MediaFileManager, file_id: str) -> str:
        asked = manager._deferred_callables.get(file_id)
        if asked is None or not asked["element_id"]:
            return make(manager, file_id)
        _settled(asked["session_id"])
        with manager._lock:  # The order of the entries is that of the runs.
            same = [
                one
                for one, entry in manager._deferred_callables.items()
                if (entry["session_id"], entry["element_id"]) == (asked["session_id"], asked["element_id"])
            ]
        return make(manager, same[-1] if same else file_id)

    return newest


def _settled(session_id: str) -> None:
    """Return once no run of the session is under way."""
    quiet_since = started = time.monotonic()
    session = runtime.get_instance()._session_mgr.get_session_info(session_id)
    while session is not None and (now := time.monotonic()) < started + PATIENCE_S:
        if session.session._scriptrunner is not None:
            quiet_since = now
        elif now - quiet_since >= QUIET_S:
            return
        time.sleep(PAUSE_S)
