"""Tokens: kept where nobody else reads them, refreshed in time, once for all threads, shown nowhere."""

from __future__ import annotations

import json
import logging
import os
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.aliexpress import protocol
from lib.aliexpress.client import Client
from lib.aliexpress.errors import FieldLimit, OutcomeUnknown, PlatformError, Unauthorised, Unavailable
from lib.aliexpress.journal import Journal
from lib.aliexpress.shops import Shops
from lib.aliexpress.tokens import Authority, Token, TokenFolder, Tokens, authorise_url
from lib.aliexpress.wire import Wire
from tests.gateways import Gateway

NOW = datetime(2026, 1, 15, 2, 30, tzinfo=UTC)
CREATE, REFRESH, SYNC = "/rest/auth/token/create", "/rest/auth/token/refresh", "/sync"
ANSWERED = {"result_success": True, "result_list": []}
TOKEN = Token("a-1", "r-1", NOW, NOW + timedelta(days=30), NOW + timedelta(days=60), "seller")


class Platform:
    """Gives out tokens one after the other, and takes only the newest; other tokens are refused."""

    def __init__(self) -> None:
        self.good, self.refreshable, self.made = "a-1", "r-1", 1
        self.gateway = Gateway(self.answer)
        self.refusal: dict[str, Any] | None = None
        self.guard = threading.Lock()

    def answer(self, path: str, params: dict[str, str]) -> Any:
        with self.guard:
            if path in (CREATE, REFRESH):
                return self.token(path, params)
            if params.get("session") != self.good:
                return {"error_response": an_error("IllegalAccessToken", "msg")}
            return ANSWERED

    def token(self, path: str, params: dict[str, str]) -> Any:
        if self.refusal:
            return self.refusal
        if path == REFRESH and params.get("refresh_token") != self.refreshable:
            return an_error("IllegalAccessToken", "message")
        self.made += 1
        self.good, self.refreshable = f"a-{self.made}", f"r-{self.made}"
        lasts = {"expires_in": 2_592_000, "refresh_expires_in": 5_184_000}
        return {
            "code": "0",
            "access_token": self.good,
            "refresh_token": self.refreshable,
            "account": "seller",
        } | lasts


def an_error(code: str, words: str) -> dict[str, Any]:
    return {
        "type": "ISV",
        "code": code,
        words: "The specified access token is invalid or expired",
        "request_id": "1",
    }


@pytest.fixture
def platform() -> Iterator[Platform]:
    platform = Platform()
    yield platform
    platform.gateway.stop()
    assert platform.gateway.objections == []


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire("http://127.0.0.1")
    yield wire
    wire.close()


def now() -> datetime:
    return datetime.now(UTC)


def an_authority(platform: Platform, wire: Wire) -> Authority:
    return Authority(
        protocol.locate(platform.gateway.url), "1", "secret", wire=wire, journal=Journal(), now=now
    )


def a_client(platform: Platform, tokens: Tokens) -> Client:
    return Client(platform.gateway.url, "1", "secret", tokens, now=now)


def lasting(days: float) -> Token:
    """A token made a while ago that ends in so many days."""
    return replace(TOKEN, made_at=now() - timedelta(days=20), expires_at=now() + timedelta(days=days),
                   refresh_until=now() + timedelta(days=60))  # fmt: skip


# Making and refreshing.


def test_the_authorisation_url_names_the_app_its_callback_and_the_shop():
    url = authorise_url(
        protocol.locate("https://api-sg.aliexpress.com/sync"), "123", "https://me.example/back", "shop-2"
    )
    assert url == (
        "https://api-sg.aliexpress.com/oauth/authorize?response_type=code&force_auth=true&client_id=123"
        "&redirect_uri=https%3A%2F%2Fme.example%2Fback&state=shop-2"
    )


def test_a_code_becomes_a_token(platform, wire):
    token = an_authority(platform, wire).create(" 0_code ")
    assert (token.access, token.refresh, token.account) == ("a-2", "r-2", "seller")
    assert token.expires_at - now() == pytest.approx(timedelta(days=30), abs=timedelta(minutes=1))
    assert token.refresh_until - now() == pytest.approx(timedelta(days=60), abs=timedelta(minutes=1))
    [(path, params)] = platform.gateway.asked
    assert (path, params["code"]) == (CREATE, "0_code")
    assert "session" not in params
    assert "access_token" not in params


def test_no_code_is_not_sent(platform, wire):
    with pytest.raises(FieldLimit):
        an_authority(platform, wire).create(" ")
    assert platform.gateway.asked == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (an_error("IllegalAccessToken", "message"), Unauthorised),
        ({"code": "0", "request_id": "1"}, Unavailable),
        ({"error_response": {"code": 15, "sub_code": "isp.unknown-error"}}, Unavailable),
    ],
)
def test_an_answer_without_a_token_is_an_error(platform, wire, answer, error):
    platform.refusal = answer
    with pytest.raises(error):
        an_authority(platform, wire).create("0_code")


@pytest.mark.parametrize(
    ("left", "life", "due"),
    [(2, 30, False), (0.9, 30, True), (-1, 30, True), (0.15, 1, False), (0.05, 1, True)],
)
def test_a_token_is_refreshed_a_day_before_it_ends_or_in_the_last_tenth_of_a_short_life(left, life, due):
    ends = NOW + timedelta(days=left)
    assert replace(TOKEN, expires_at=ends, made_at=ends - timedelta(days=life)).due(NOW) is due


def test_a_token_that_cannot_be_refreshed_is_never_due():
    assert not replace(TOKEN, refresh="", expires_at=NOW).due(NOW)
    assert not replace(TOKEN, expires_at=None).due(NOW)


# Once for all threads.


def test_many_threads_refresh_an_ending_token_once(platform, wire):
    tokens = Tokens(lasting(0.5), authority=an_authority(platform, wire), now=now)
    client = a_client(platform, tokens)
    with ThreadPoolExecutor(24) as pool:
        list(pool.map(lambda _: client.call("m", {}), range(240)))
    client.close()
    assert platform.gateway.count(REFRESH) == 1
    assert {params["session"] for path, params in platform.gateway.asked if path == SYNC} == {"a-2"}


def test_many_threads_whose_token_is_refused_refresh_it_once(platform, wire):
    """It ended there before it ended here: whoever meets it first renews it, the others take what came."""
    platform.good = "a-0"
    tokens = Tokens(lasting(20), authority=an_authority(platform, wire), now=now)
    client = a_client(platform, tokens)
    with ThreadPoolExecutor(24) as pool:
        list(pool.map(lambda _: client.call("m", {}, write=True), range(240)))
    client.close()
    assert platform.gateway.count(REFRESH) == 1
    assert tokens.access() == "a-2"


def test_a_refused_refresh_is_not_tried_by_every_thread(platform, wire):
    platform.good, platform.refusal = "a-0", an_error("IllegalAccessToken", "message")
    client = a_client(platform, Tokens(lasting(20), authority=an_authority(platform, wire), now=now))

    def refused(_: int) -> bool:
        with pytest.raises(Unauthorised):
            client.call("m", {})
        return True

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(refused, range(64)))
    client.close()
    assert platform.gateway.count(REFRESH) == 1


def test_a_refresh_that_fails_in_time_leaves_the_old_token_in_use(platform, wire):
    platform.refusal = {"error_response": {"code": 15, "sub_code": "isp.unknown-error"}}
    tokens = Tokens(lasting(0.5), authority=an_authority(platform, wire), now=now)
    client = a_client(platform, tokens)
    assert client.call("m", {}) == ANSWERED
    assert client.call("m", {}) == ANSWERED
    client.close()
    assert platform.gateway.count(REFRESH) == 1
    assert tokens.state().trouble == "15"


def test_a_token_that_is_refused_after_a_refresh_is_given_up(platform, wire):
    """One refresh and one repeat, never a circle."""
    platform.good = "another"
    platform.token = lambda path, params: {"code": "0", "access_token": "a-9", "refresh_token": "r-9"}  # type: ignore[method-assign]
    client = a_client(platform, Tokens(lasting(20), authority=an_authority(platform, wire), now=now))
    with pytest.raises(Unauthorised):
        client.call("m", {}, write=True)
    client.close()
    assert (platform.gateway.count(SYNC), platform.gateway.count(REFRESH)) == (2, 1)


def test_without_a_token_nothing_is_asked(platform):
    client = a_client(platform, Tokens(None))
    with pytest.raises(Unauthorised) as caught:
        client.call("m", {})
    client.close()
    assert caught.value.code == "no_token"
    assert platform.gateway.asked == []


def test_a_person_may_refresh_at_once_after_a_refusal(platform, wire):
    platform.refusal = an_error("IllegalAccessToken", "message")
    tokens = Tokens(lasting(20), authority=an_authority(platform, wire), now=now)
    assert not tokens.renew("a-1")
    with pytest.raises(PlatformError):
        tokens.refresh()
    platform.refusal = None
    tokens.refresh()
    assert tokens.access() == "a-2"
    assert tokens.state().trouble == ""


def test_a_wrong_clock_is_set_by_the_servers_and_the_call_made_once_more():
    """The platform names no time in its answer; the HTTP date does."""
    asked: list[str] = []

    def answer(path: str, params: dict[str, str]) -> Any:
        asked.append(params["timestamp"])
        wrong = {
            "error_response": {"type": "ISV", "code": "InvalidTimestamp", "msg": "expired", "request_id": "1"}
        }
        return wrong if len(asked) == 1 else ANSWERED

    gateway = Gateway(answer)
    gateway.headers["Date"] = "Thu, 15 Jan 2026 02:30:00 GMT"
    client = Client(gateway.url, "1", "secret", "t", now=lambda: NOW - timedelta(hours=3))
    assert client.call("m", {}, write=True) == ANSWERED
    client.call("m", {})
    client.close()
    gateway.stop()
    stamps = [datetime.fromtimestamp(int(one) / 1000, UTC) for one in asked]
    assert stamps == [NOW - timedelta(hours=3), NOW, NOW]


# Kept in a file.


def test_a_token_file_is_its_owners_alone_from_the_first_moment(tmp_path: Path):
    folder = TokenFolder(tmp_path / "tokens", "1")
    old = os.umask(0)
    try:
        folder.save("shop-2", TOKEN)
        folder.save("shop-2", replace(TOKEN, access="a-2"))
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "tokens").stat().st_mode) == 0o700
    [file] = list((tmp_path / "tokens").iterdir())
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("shop-2.json", 0o600)
    assert folder.load("shop-2") == replace(TOKEN, access="a-2")


def test_a_token_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = TokenFolder(tmp_path, "1")
    folder.save("a", TOKEN)
    monkeypatch.setattr(json, "dump", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        folder.save("a", replace(TOKEN, access="a-2"))
    assert folder.load("a") == TOKEN


def test_a_refreshed_token_survives_the_end_of_the_program(platform, wire, tmp_path: Path):
    setting = Token("a-1", "r-1")

    def shops(token: Token | None = setting) -> Shops:
        return Shops(platform.gateway.url, "1", "secret", folder=tmp_path, setting=token, now=now)

    first = shops()
    first.platform("default").refresh_token()
    first.close()
    second = shops()
    second.platform("default").seller_addresses()
    assert second.platform("default").token().account == "seller"
    second.close()
    assert platform.gateway.count(REFRESH) == 1
    renewed = shops(Token("a-7", "r-7"))
    platform.good = "a-7"
    renewed.platform("default").seller_addresses()  # A token that is put into the settings anew wins.
    renewed.close()


def test_a_token_of_another_app_is_not_used(tmp_path: Path):
    TokenFolder(tmp_path, "1").save("a", TOKEN)
    assert TokenFolder(tmp_path, "2").load("a") is None


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"token": {"nonsense": 1}}', '{"token": {"access": "x", "made_at": "y"}}']
)
def test_a_damaged_token_file_is_no_token(tmp_path: Path, content: str):
    (tmp_path / "a.json").write_text(content)
    assert TokenFolder(tmp_path, "1").load("a") is None


# Shown nowhere.


def test_a_token_is_in_no_log_no_error_and_no_exchange(platform, wire, tmp_path: Path, caplog):
    caplog.set_level(logging.DEBUG)
    shops = Shops(platform.gateway.url, "1", "secret", folder=tmp_path, setting=None, now=now)
    shops.let_in("a", "0_secret_code")
    seller = shops.platform("a")
    seller.seller_addresses()
    platform.good = "gone"
    seller.seller_addresses()
    platform.refusal = an_error("IllegalAccessToken", "message") | {"message": "r-3 is not good"}
    platform.good = "gone again"
    with pytest.raises(Unauthorised) as caught:
        seller.seller_addresses()
    with pytest.raises(PlatformError) as by_hand:
        seller.refresh_token()
    shown = [caplog.text, repr(caught.value.__dict__), str(caught.value), repr(seller.token()), repr(TOKEN)]
    shown += [str(one.parameters()) + str(one.answer()) + repr(one) for one in shops.exchanges()]
    shown += [str(by_hand.value), repr(by_hand.value.__dict__)]
    shops.close()
    for private in ("a-2", "r-2", "a-3", "r-3", "a-1", "r-1", "0_secret_code", "'secret'"):
        assert private not in "\n".join(shown)
    assert {one.method for one in shops.exchanges()} >= {"/auth/token/create", "/auth/token/refresh"}


def test_no_answer_to_a_refresh_is_not_taken_for_a_refusal(wire):
    gateway = Gateway(lambda path, params: {})
    authority = Authority(protocol.locate(gateway.url), "1", "secret", wire=wire, journal=Journal(), now=now)
    with pytest.raises(Unavailable) as caught:
        authority.refresh(TOKEN)
    gateway.stop()
    assert not isinstance(caught.value, Unauthorised)
    assert isinstance(caught.value.__cause__, OutcomeUnknown)
