"""The sandbox's gateways as any client meets them: who is let in, and how answers look."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import httpx
import pytest

from lib.aliexpress.protocol import sign
from tests.contract.wire import (
    COMPANIES,
    SECRET,
    ask,
    awaiting,
    create,
    fields,
    logistics_orders,
    rest,
    signed,
    stamp,
    state,
    sync,
    synced,
)

QUERY = "aliexpress.logistics.querylogisticsorderdetail"
BY_PATH = "/" + COMPANIES.replace(".", "/")


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


@pytest.mark.parametrize(("minutes", "let_in"), [(9, True), (-9, True), (11, False), (-11, False)])
def test_the_older_gateways_clock_may_be_ten_minutes_off(url: str, minutes: int, let_in: bool) -> None:
    beijing = datetime.now(UTC) + timedelta(hours=8, minutes=minutes)
    for stamped in (f"{beijing:%Y-%m-%d %H:%M:%S}", stamp(minutes=-minutes)):
        answer = ask(url, COMPANIES, {}, timestamp=stamped, sign="RESIGN")
        assert ("error_response" not in answer) is let_in
        assert let_in or answer["error_response"]["code"] == 31


@pytest.mark.parametrize(("seconds", "let_in"), [(7100, True), (-7100, True), (7300, False), (-7300, False)])
def test_the_newer_gateways_clock_may_be_two_hours_off(url: str, seconds: int, let_in: bool) -> None:
    moment = datetime.now(UTC) - timedelta(seconds=seconds)
    for stamped in (stamp(seconds=seconds), f"{moment:%Y-%m-%dT%H:%M:%SZ}"):
        answer = sync(url, COMPANIES, {}, timestamp=stamped)
        assert ("error_response" not in answer) is let_in
        assert let_in or answer["error_response"]["code"] == "InvalidTimestamp"
        assert (
            rest(url, BY_PATH, {}, access_token="sandbox-token", timestamp=stamped)["code"] == "0"
        ) is let_in


def test_a_form_with_parts_and_files_is_let_in(url: str) -> None:
    sent = signed(COMPANIES, {})
    parts = {name: (None, value) for name, value in sent.items()} | {"picture": ("x.png", b"no parameter")}
    assert "error_response" not in httpx.post(f"{url}/router/rest", files=parts).json()


@pytest.mark.parametrize("simplify", ["true", "false"])
def test_both_list_styles_on_both_business_gateways(url: str, simplify: str) -> None:
    plain = simplify == "true"
    for answer in (
        ask(url, COMPANIES, {"simplify": simplify}),
        sync(url, COMPANIES, {}, simplify=simplify),
    ):
        found = answer if plain else fields(answer, COMPANIES)
        rows = found["result_list"] if plain else found["result_list"]["result"]
        assert rows[0]["company_code"] == "SF"
        assert found["request_id"]


def test_the_older_gateway_answers_in_xml_unless_it_is_told_otherwise(url: str) -> None:
    answer = httpx.post(f"{url}/router/rest", data=signed(COMPANIES, {}, format="", sign="RESIGN"))
    assert answer.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == COMPANIES.replace(".", "_") + "_response"
    assert root.findtext("result_list/result/company_code") == "SF"
    wrong = httpx.post(f"{url}/router/rest", data=signed(COMPANIES, {}, format="", sign="0" * 32))
    assert ElementTree.fromstring(wrong.content).findtext("code") == "25"


@pytest.mark.parametrize(
    ("over", "number", "text"),
    [
        ({"sign": "0" * 64}, 25, "IncompleteSignature"),
        ({"app_key": "1"}, 29, "InvalidAppKey"),
        ({"session": "x"}, 27, "IllegalAccessToken"),
        ({"method": "aliexpress.no.such.call"}, 22, "InvalidApiPath"),
    ],
)
def test_the_same_failure_has_a_number_here_and_a_text_there(
    url: str, over: dict[str, str], number: int, text: str
) -> None:
    assert ask(url, COMPANIES, {}, **{"sign": "RESIGN", **over})["error_response"]["code"] == number
    error = sync(url, COMPANIES, {}, **over)["error_response"]
    assert (error["type"], error["code"]) == ("ISV", text)
    assert error["msg"]
    path = over.get("method", COMPANIES).replace(".", "/")
    elsewhere = {name: value for name, value in over.items() if name not in ("session", "method")}
    bare = rest(url, f"/{path}", {}, access_token=over.get("session", "sandbox-token"), **elsewhere)
    assert (bare["type"], bare["code"]) == ("ISV", text)
    assert bare["message"]
    assert "error_response" not in bare
    assert "msg" not in bare


def test_a_missing_parameter_is_told_by_each_gateway(url: str) -> None:
    error = ask(url, QUERY, {})["error_response"]
    assert (error["code"], error["sub_code"]) == (40, "isv.missing-parameter")
    assert sync(url, QUERY, {})["error_response"]["code"] == "MissingParameter"
    assert (
        rest(url, "/" + QUERY.replace(".", "/"), {}, access_token="sandbox-token")["code"]
        == "MissingParameter"
    )


def test_sixty_four_at_once_are_all_answered_and_each_made_once(url: str) -> None:
    order_id = awaiting(url)[0]
    with ThreadPoolExecutor(64) as pool:
        made = list(pool.map(lambda _: create(url, order_id), range(128)))
    ids = {str(one["warehouse_order_id"]) for one in made}
    numbers = {one["intl_tracking_no"] for one in made}
    assert len(ids) == len(numbers) == 128
    assert {one["logistics_order_id"] for one in logistics_orders(url)} == ids
    assert state(url)["counts"] == {order_id: 128}


@pytest.mark.parametrize(
    ("path", "key"), [("/sync", "method"), ("/router/rest", "method"), ("/router/rest", "v")]
)
def test_the_method_may_be_said_twice(url: str, path: str, key: str) -> None:
    """The platform's own Java client repeats it in the query; both are the same, and it is signed once."""
    sent = synced(COMPANIES, {}) if path == "/sync" else signed(COMPANIES, {})
    query = [(key, sent[key]), *((name, sent[name]) for name in sent if name != key), (key, sent[key])]
    answer = httpx.post(f"{url}{path}", params=query).json()
    assert "error_response" not in answer
    half = {name: value for name, value in sent.items() if name != key}
    answer = httpx.post(f"{url}{path}", params=[(key, sent[key])] * 2, data=half | {key: sent[key]}).json()
    assert "error_response" not in answer


def test_errors_by_path_are_not_wrapped_and_say_message(url: str) -> None:
    for answer, code in (
        (rest(url, "/auth/token/create", {"code": "x"}, sign="0" * 64), "IncompleteSignature"),
        (rest(url, "/auth/token/nothing", {}), "InvalidApiPath"),
        (rest(url, "/auth/token/refresh", {"refresh_token": "nobody's"}), "IllegalAccessToken"),
    ):
        assert (answer["code"], answer["type"]) == (code, "ISV")
        assert answer["message"]
        assert answer["request_id"]
        assert not {"error_response", "msg"} & set(answer)
