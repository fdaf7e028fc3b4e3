"""What stands around every page: where one can go, whose desk this is, and what must not be overlooked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from lib import texts
from lib.domain.freshness import Progress, Standing
from lib.texts import gettext as _
from lib.texts import later, ngettext
from lib.ui import actions, context, formats
from lib.wording import sandbox_takes_in, shop_label, sync_trouble, trouble_sentence

#: File in pages/ → its title and its icon (Material Symbols come with Streamlit), in the order the work happens.
PAGES = {
    "overview": (later("Overview"), ":material/dashboard:"),
    "orders": (later("Orders"), ":material/receipt_long:"),
    "checks": (later("Check before shipping"), ":material/fact_check:"),
    "plans": (later("Plans"), ":material/alt_route:"),
    "quote": (later("Quick quote"), ":material/request_quote:"),
    "shipments": (later("Shipments"), ":material/local_shipping:"),
    "presets": (later("Presets"), ":material/bookmarks:"),
    "outcomes": (later("Outcomes"), ":material/assignment_return:"),
    "costs": (later("Costs"), ":material/payments:"),
    "rates": (later("Rate cards"), ":material/price_change:"),
    "files": (later("Files"), ":material/upload_file:"),
    "products": (later("Products and packaging"), ":material/scale:"),
    "connection": (later("Connection"), ":material/link:"),
}
#: Reached by links only: one parcel, and a draft that a preset made.
HIDDEN = {
    "shipment": (later("Shipment"), ":material/package_2:"),
    "review": (later("Review"), ":material/checklist:"),
}

#: A desk shows tables: less empty room above and beside them than Streamlit leaves.
_ROOM = "<style>.stMainBlockContainer { padding: 3.2rem 2rem 4rem; }</style>"
#: Streamlit's own download of a table writes cells as they are, formulas and addresses included; what is worth taking
#: home has a download of ours. Its option `client.disableDataExport` would also end the copying of a single number.
_NO_RAW_CSV = (
    '<style>[data-testid="stElementToolbarButton"]:has([aria-label^="Download as CSV"]) { display: none; }'
    "</style>"
)
#: What came of a click is said over the page, at the upper edge of the window wherever one has scrolled to: in the
#: page it would move the buttons below it under the pointer, and a press meant for one would land on another.
_NOTICES = """<style>
div:has(> .st-key-frame_notices), div:has(> .st-key-frame_starting) { position: absolute; }
.st-key-frame_notices {
    position: fixed; top: 0.5rem; right: 4rem; z-index: 999991; width: auto; max-width: min(46rem, 60vw);
    max-height: 60vh; overflow: auto; padding: 0.25rem; border-radius: 8px; background: $ground;
    box-shadow: 0 2px 12px rgb(0 0 0 / 30%);
}
.st-key-frame_starting { position: fixed; bottom: 1rem; right: 2rem; z-index: 999990; width: auto; max-width: 60vw; }
.st-key-frame_starting [data-testid="stAlertContainer"] { background: $ground; }
.st-key-frame_notices [data-testid="stAlertContainer"] { padding: 0.5rem 2.75rem 0.5rem 0.75rem; }
.st-key-frame_put_away { position: absolute; top: 0.35rem; right: 0.5rem; width: auto; }
</style>"""
_COOKIES = "frame_cookies"
#: How often the progress of a sync is looked at; one small query each time.
PULSE = "5s"


def navigation(root: Path) -> StreamlitPage:
    """The pages under `root`; returns the one to show."""
    shown = [_page(root, name, *PAGES[name]) for name in PAGES]
    hidden = [_page(root, name, *HIDDEN[name], hidden=True) for name in HIDDEN]
    # The tab's icon comes before the navigation: a browser would fetch a page's icon for it from outside.
    st.set_page_config(page_icon="📦", layout="wide", initial_sidebar_state=256)
    page = st.navigation(shown + hidden, expanded=True)
    st.set_page_config(page_title=f"{page.title} · Shipdesk")
    st.html(_ROOM + _NO_RAW_CSV + _NOTICES.replace("$ground", _ground()))
    return page


def _ground() -> str:
    """The colour of the page in this reader's theme: what lies over it must not let it through."""
    kind = st.context.theme.type or "light"
    return str(st.get_option(f"theme.{kind}.backgroundColor") or "Canvas")


def sidebar(
    *,
    sandbox: bool,
    standing: Callable[[], Sequence[Standing]],
    sync: Callable[[], object],
    now: Callable[[], datetime],
) -> None:
    """Whether this is the sandbox, how fresh the orders are, who works here, and in which language.

    Freshness stands high: at the cut-off nobody scrolls for it.
    """
    with st.sidebar:
        if sandbox:
            st.badge(_("Sandbox"), icon=":material/science:", color="orange")
            st.caption(_("Nothing here reaches real buyers."))
        else:
            st.badge(_("Live"), icon=":material/public:", color="red")
            st.caption(_("What is sent here reaches the platform and your buyers."))
        _freshness(standing, sync, now)
        _who()
        _language()
    for cookie, value in st.session_state.pop(_COOKIES, {}).items():
        context.remember(cookie, value)


def _freshness(
    standing: Callable[[], Sequence[Standing]],
    sync: Callable[[], object],
    now: Callable[[], datetime],
) -> None:
    """How fresh each shop's orders are, amber when that is not well; while a sync runs it follows by itself."""
    under_way = any(shop.progress is not None for shop in standing())

    def show() -> None:
        shops = standing()
        with st.container(key="frame_freshness", gap="xsmall"):
            for shop in shops:
                _fresh(shop, now(), named=len(shops) > 1)

    # A pulse on every page all day would meet people's clicks; between syncs each run of the page says it.
    st.fragment(show, run_every=PULSE if under_way else None)()
    actions.button(
        _("Sync now"), sync, key="frame_sync", icon=":material/sync:", done=_syncing, quiet=True,
        help=_("Asks the platform for new orders and what changed."),
    )  # fmt: skip


def _fresh(shop: Standing, now: datetime, *, named: bool) -> None:
    name = f"**{formats.plain(shop_label(shop.shop_id, shop.name))}** · " if named else ""
    if shop.progress is not None:
        _under_way(shop.progress, name)
    elif shop.is_well and shop.synced_at is None:
        st.caption(name + _("Orders were never synced from the platform."))
    elif shop.is_well:
        st.caption(f":green[:material/check_circle:] {name}{_synced(shop.synced_at, now)}")
    else:
        st.warning(f"{name}{_stale(shop, now)}", icon=":material/sync_problem:")
    if shop.conflict_count:
        said = ngettext(
            "{count} order in a batch is another one on the platform by now",
            "{count} orders in a batch are other ones on the platform by now",
            shop.conflict_count,
        )
        st.page_link("pages/overview.py", label=f":orange[{said}]", icon=":material/warning:")


def _under_way(progress: Progress, name: str) -> None:
    if not progress.total:
        st.progress(0.0, text=name + _("Syncing orders…"))
        return
    st.progress(
        min(progress.asked / progress.total, 1.0),
        text=name
        + _(
            "Syncing orders: {asked} of {total}",
            asked=f"{progress.asked:,}",
            total=f"{progress.total:,}",
        ),
    )


def _stale(shop: Standing, now: datetime) -> str:
    """How old, why, and what happens next."""
    said = [_synced(shop.synced_at, now), formats.plain(sync_trouble(shop.failed_kind, shop.failed_code))]
    if shop.next_at is not None and shop.failed_kind:
        said.append(_("Next try at {at}.", at=formats.plain(formats.clock(shop.next_at))))
    return "  \n".join(said)


def _syncing(reports: object) -> str:
    if reports is None:
        return _("Syncing goes on in the background; the bar on the left says how far it is.")
    return _("The orders are as the platform has them now.")


def banner(trouble: str, page: StreamlitPage) -> None:
    """Say on every page that nothing is sent just now, and why; the Overview says it itself, with what to do."""
    if trouble and page.url_path:
        st.warning(trouble_sentence(trouble), icon=":material/cloud_off:")


def starting(taking_in: Callable[[], int | None]) -> None:
    """While the sandbox starts, say over every page what whoever needs it waits for."""

    def show() -> None:
        count = taking_in()
        if count is not None:
            with st.container(key="frame_starting"):
                st.info(sandbox_takes_in(count), icon=":material/hourglass_top:")

    if taking_in() is not None:
        st.fragment(show, run_every="2s")()


def stumbled(_error: Exception) -> bool:
    """Instead of a traceback: what a person can do. The log has the rest."""
    st.error(
        _(
            "This page stumbled over a fault of the program; its log has the details. Nothing is sent twice because "
            "of it. Reload the page; if it happens again, tell the developers what you did."
        )
    )
    return True


def _page(root: Path, name: str, title: str, icon: str, *, hidden: bool = False) -> StreamlitPage:
    return st.Page(
        root / "pages" / f"{name}.py",
        title=_(title),
        icon=icon,
        url_path=name,
        default=name == "overview",
        visibility="hidden" if hidden else "visible",
    )


def _who() -> None:
    if st.user.get("is_logged_in"):
        st.caption(_("You are {name}.", name=formats.plain(context.operator())))
    elif context.operator_known():
        name = formats.plain(context.operator())
        with st.popover(name, icon=":material/person:", width="stretch", help=_("Who works here")):
            _who_form()
    else:
        _who_form()


def _who_form() -> None:
    """Asked once, and in nobody's way: until somebody answers, the setting or the system's user acts."""
    with st.form("frame_who", border=True):
        st.text_input(
            _("Who works here?"),
            value=context.operator() if context.operator_known() else "",
            placeholder=context.operator(),
            max_chars=60,
            key="frame_operator",
            help=_("Your name stands beside everything you do. This browser remembers it."),
        )
        st.form_submit_button(_("That is me"), on_click=_is_operator, width="stretch")


def _is_operator() -> None:
    name = str(st.session_state.get("frame_operator") or "").strip() or context.operator()
    st.session_state["operator"] = name
    _remember(context.OPERATOR_COOKIE, name)


def _language() -> None:
    st.segmented_control(
        "Language / 语言",
        list(texts.LANGUAGES),
        default=texts.language(),
        required=True,
        format_func=texts.LANGUAGES.__getitem__,
        key="frame_language",
        on_change=_speaks,
        width="stretch",
    )


def _speaks() -> None:
    language = str(st.session_state["frame_language"])
    st.session_state["language"] = language
    _remember(context.LANGUAGE_COOKIE, language)


def _remember(cookie: str, value: str) -> None:
    """In this browser, with the next run: a callback has no page to put a script on."""
    st.session_state.setdefault(_COOKIES, {})[cookie] = value


def _synced(at: datetime | None, now: datetime) -> str:
    if at is None:
        return _("Orders were never synced from the platform.")
    return _(
        "Orders synced {span} ago ({at})",
        span=formats.duration(now - at),
        at=formats.plain(formats.clock(at)),
    )
