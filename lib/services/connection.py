"""The connection to the platform: where it is, which shops let us in, what it limits, what was said last."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lib.aliexpress import protocol, tokens
from lib.aliexpress.errors import Unavailable
from lib.aliexpress.platform import Ban, Exchange, Pace
from lib.aliexpress.shops import DEFAULT_SHOP, AccountTaken
from lib.app import SANDBOX_KEY, App
from lib.domain.problems import Problem
from lib.domain.shipments import CreateCall
from lib.sandbox.launch import DidNotStart
from lib.services import background, handover
from lib.store import audit
from lib.store import dispatch as dispatch_store
from lib.store import shops as store

#: Where an authorisation ends when the settings name no address: nothing answers there, the address is what counts.
USUAL_CALLBACK = "https://localhost/callback"


@dataclass(frozen=True)
class Connection:
    """What this desk talks to. Secrets are never part of it."""

    sandbox: bool
    url: str
    gateway: str  #: Its path: /sync, /router/rest or /rest.
    app_key: str  #: All but its first and last two characters hidden; "" on the sandbox.
    folder: str  #: Where database and labels are.
    settle_seconds: int  #: How long a created order may stay invisible before it counts as missing.


@dataclass(frozen=True)
class Shop:
    """A shop and what may be shown of its token."""

    shop_id: str
    name: str
    url: str
    own_url: str  #: A gateway of its own; "" for the one of the settings.
    create_call: CreateCall  #: What creates its logistics orders.
    gateway: str
    let_in: bool
    from_settings: bool  #: The token stands in the settings, or is the sandbox's own.
    expires_at: datetime | None  #: None: the platform did not say.
    refresh_until: datetime | None
    refreshable: bool
    account: str
    trouble: str  #: The code of the last refresh that failed; "" when all is well.


@dataclass(frozen=True)
class Limits:
    """What the platform limits just now."""

    bans: list[Ban]
    paces: list[Pace]


def status(app: App) -> Connection:
    """What this desk is connected to. Raises PlatformError when nothing can be connected."""
    try:
        url = app.platform.url
    except DidNotStart as error:
        raise Unavailable("unreachable", text=str(error)) from error
    key = app.settings.app_key
    return Connection(
        sandbox=app.is_sandbox,
        url=url,
        gateway=protocol.locate(url).gateway,
        app_key=f"{key[:2]}…{key[-2:]}" if len(key) > 4 else "…" if key else "",
        folder=str(app.settings.data),
        settle_seconds=app.settings.settle,
    )


def shops(app: App) -> list[Shop]:
    """Every shop known here, the first one first. Raises PlatformError when nothing can be connected."""
    with app.database.read() as work:
        known = store.known(work)
    return [_shop(app, row) for row in known]


def authorise_url(app: App, shop_id: str = "") -> str:
    """Where a seller lets this app into a shop; the code comes back in the address of the page it ends on."""
    callback = app.settings.callback_url or USUAL_CALLBACK
    key = SANDBOX_KEY if app.settings.sandbox else app.settings.app_key
    url = tokens.authorise_url(protocol.locate(app.platform.url), key, callback, shop_id)
    # There is nobody to sign in on the sandbox: its page asks whose consent is played.
    return f"{url}&choose=1" if app.settings.sandbox else url


def add_shop(app: App, name: str, pasted: str, *, by: str) -> str:
    """Let a new shop in by the code its authorisation brought; returns its id.

    Raises Problem (shop_needs_name, shop_name_taken, code_missing, code_of_another, seller_has_shop), PlatformError.
    """
    name = name.strip()
    if not name:
        raise Problem("shop_needs_name")
    with app.database.read() as work:
        known = store.known(work)
    if any(row["name"].casefold() == name.casefold() for row in known):
        raise Problem("shop_name_taken", name=name)
    shop_id = _new_id(name, {row["shop_id"] for row in known})
    _let_in(app, shop_id, app.consented(shop_id, _code(pasted, "")))
    with app.database.write() as work:
        store.keep(work, shop_id, name)
        audit.record(work, "shop_added", shop_id, by=by, at=app.now())
    return shop_id


def let_in(app: App, shop_id: str, pasted: str, *, by: str) -> None:
    """Give a shop the token of a new authorisation. Raises Problem, PlatformError."""
    _need(app, shop_id)
    _let_in(app, shop_id, app.consented(shop_id, _code(pasted, shop_id)))
    _record(app, "shop_authorised", shop_id, by)


def refresh(app: App, shop_id: str, *, by: str) -> None:
    """Refresh a shop's token now. Raises Problem, PlatformError."""
    _need(app, shop_id)
    app.platform_of(shop_id).refresh_token()
    _record(app, "token_refreshed", shop_id, by)


def change_shop(
    app: App, shop_id: str, *, name: str, url: str, by: str, create_call: CreateCall | None = None
) -> None:
    """Give a shop another name, a gateway of its own ("": the setting's), or another create call.

    "" keeps the name, None the call. Raises Problem.
    """
    known = _need(app, shop_id)
    name, url = name.strip() or known["name"], url.strip()
    call = create_call or CreateCall(known["create_call"])
    if url and not re.fullmatch(r"https?://[\w.:-]+(/\w+)*/?", url):
        raise Problem("gateway_unreadable", url=url)
    with app.database.write() as work:
        store.keep(work, shop_id, name, platform_url=url or None, create_call=call)
        audit.record(work, "shop_changed", shop_id, by=by, at=app.now(), url=url, create_call=call)


def forget(app: App, shop_id: str, *, by: str) -> None:
    """Have no token for a shop any more; its orders and shipments stay. Raises Problem."""
    _need(app, shop_id)
    app.connected().forget(shop_id)
    with app.database.write() as work:
        store.forget(work, shop_id, at=app.now())
        audit.record(work, "shop_forgotten", shop_id, by=by, at=app.now())
    if shop_id == DEFAULT_SHOP and _in_settings(app):
        raise Problem("shop_in_settings")


def limits(app: App) -> Limits:
    """What the platform limits just now; all shops of an app share it. Raises PlatformError."""
    platform = app.platform
    return Limits(platform.bans(), platform.paces())


def lift(app: App, *, by: str) -> None:
    """Ask again although a ban was told, for example after the quota was raised in the console."""
    app.platform.lift_bans()
    with app.database.write() as work:
        dispatch_store.forget_holds(work)
    background.lift()
    _record(app, "bans_lifted", "platform", by)


def addresses(app: App, *, shop_id: str = DEFAULT_SHOP, refresh: bool = False) -> list[dict[str, Any]]:
    """The seller's addresses by role; asked for once, or when refreshed. Raises PlatformError."""
    return handover.addresses(app, shop_id, refresh=refresh)


def exchanges(app: App) -> list[Exchange]:
    """The last calls to the platform, newest first; parameters and answers are masked when they are looked at."""
    return app.exchanges()


def _let_in(app: App, shop_id: str, code: str) -> None:
    with app.database.read() as work:
        others = {row["shop_id"]: row["name"] for row in store.known(work) if row["shop_id"] != shop_id}
    try:
        app.connected().let_in(shop_id, code, list(others))
    except AccountTaken as taken:
        raise Problem("seller_has_shop", name=others[taken.shop_id]) from taken


def _shop(app: App, row: dict[str, Any]) -> Shop:
    platform = app.platform_of(row["shop_id"])
    token = platform.token()
    return Shop(
        shop_id=row["shop_id"],
        name=row["name"],
        url=platform.url,
        own_url=row["platform_url"] or "",
        create_call=CreateCall(row["create_call"]),
        gateway=protocol.locate(platform.url).gateway,
        let_in=token.known,
        from_settings=row["shop_id"] == DEFAULT_SHOP and _in_settings(app),
        expires_at=token.expires_at,
        refresh_until=token.refresh_until,
        refreshable=token.refreshable,
        account=token.account,
        trouble=token.trouble,
    )


def _in_settings(app: App) -> bool:
    return app.settings.sandbox or bool(app.settings.token.get_secret_value())


def _need(app: App, shop_id: str) -> dict[str, Any]:
    with app.database.read() as work:
        found = next((row for row in store.known(work) if row["shop_id"] == shop_id), None)
    if found is None:
        raise Problem("shop_unknown", shop_id=shop_id)
    return found


def _record(app: App, action: str, subject: str, by: str) -> None:
    with app.database.write() as work:
        audit.record(work, action, subject, by=by, at=app.now())


def _new_id(name: str, taken: set[str]) -> str:
    """A short id for file names and rows: the name's plain letters, and a number where that is taken."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:24] or "shop"
    numbered = (plain if n == 1 else f"{plain}-{n}" for n in range(1, len(taken) + 2))
    return next(one for one in numbered if one not in taken)


def _code(pasted: str, shop_id: str) -> str:
    """The code in an address, or what was pasted itself. An address tells for which shop it was asked."""
    text = pasted.strip()
    if "code=" not in text:
        if not text or "/" in text or " " in text:
            raise Problem("code_missing")
        return text
    query = parse_qs(urlsplit(text).query or text.partition("?")[2] or text)
    state = next(iter(query.get("state", [])), "")
    if state and state != shop_id:
        raise Problem("code_of_another")
    code = next(iter(query.get("code", [])), "")
    if not code:
        raise Problem("code_missing")
    return code
