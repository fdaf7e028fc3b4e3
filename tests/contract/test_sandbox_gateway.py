"""The sandbox's gateways as any client meets them: who is let in, and how answers look."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from lib.aliexpress.protocol import sign
from tests.contract.wire import COMPANIES, SECRET, ask, signed


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"sign": "0" * 32}, 25),
        ({"sign": ""}, 24),
        ({"app_key": "1"}, 29),
        ({"session": "x", "sign": "RESIGN"}, 27),
        ({"timestamp": "2020-01-01 00:00:00", "sign": "RESIGN"}, 31),
        ({"method": "aliexpress.no.such.call", "sign": "RESIGN"}, 22),
        ({"format": "yaml", "sign": "RESIGN"}, 23),
    ],
)
def test_what_is_not_let_in_is_told_by_number(url: str, over: dict[str, str], code: int) -> None:
    sent = signed("aliexpress.logistics.redefining.listlogisticsservice", {}) | over
    if sent["sign"] == "RESIGN":
        sent["sign"] = sign(sent, "sandbox-secret")
    assert httpx.post(f"{url}/router/rest", data=sent).json()["error_response"]["code"] == code


def test_parameters_may_come_in_the_query_the_body_or_both(url: str) -> None:
    sent = signed("aliexpress.logistics.redefining.listlogisticsservice", {})
    names = sorted(sent)
    half = {name: sent[name] for name in names[:4]}
    rest = {name: sent[name] for name in names[4:]}
    answers = [
        httpx.get(f"{url}/router/rest", params=sent).json(),
        httpx.post(f"{url}/router/rest", params=sent).json(),
        httpx.post(f"{url}/router/rest", params=half, data=rest).json(),
    ]
    assert all("error_response" not in answer for answer in answers)


def test_simplified_answers_have_no_root_and_plain_lists(url: str) -> None:
    method = "aliexpress.logistics.redefining.listlogisticsservice"
    full = ask(url, method, {})
    assert full[method.replace(".", "_") + "_response"]["result_list"]["aeop_logistics_service_result"]
    assert isinstance(ask(url, method, {"simplify": "true"})["result_list"], list)


@pytest.mark.parametrize("sign_method", ["md5", "hmac", "hmac-sha256"])
def test_each_way_to_sign_is_let_in(url: str, sign_method: str) -> None:
    sent = signed(COMPANIES, {}) | {"sign_method": sign_method}
    answer = httpx.get(f"{url}/router/rest", params=sent | {"sign": sign(sent, SECRET, sign_method)}).json()
    assert "error_response" not in answer


def test_the_newer_gateway_takes_the_same_calls_and_says_no_in_words(url: str) -> None:
    sent = {
        "app_key": "12345678",
        "method": COMPANIES,
        "session": "sandbox-token",
        "sign_method": "sha256",
        "simplify": "true",
        "timestamp": str(int(datetime.now(UTC).timestamp() * 1000)),
    }
    twice = f"{url}/sync?method={COMPANIES}&method={COMPANIES}"  # As the official client repeats it.
    good = httpx.post(twice, data=sent | {"sign": sign(sent, SECRET, "sha256")}).json()
    assert isinstance(good["result_list"], list)
    bad = httpx.post(f"{url}/sync", data=sent | {"sign": "0" * 64}).json()["error_response"]
    assert (bad["type"], bad["code"]) == ("ISV", "IncompleteSignature")
