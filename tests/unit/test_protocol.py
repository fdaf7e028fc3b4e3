"""The rules of the wire: signatures, encodings, and answers in every shape they come in."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.aliexpress import protocol
from lib.aliexpress.errors import BadAnswer, OutcomeUnknown, Refused, Unauthorised, Unavailable
from lib.aliexpress.protocol import SIGN_METHODS, Address, Gateway, Style
from tests.signatures import objections

VECTORS = json.loads((Path(__file__).parent / "signing_vectors.json").read_text(encoding="utf-8"))["vectors"]
METHOD = "aliexpress.logistics.querylogisticsorderdetail"
ROOT = "aliexpress_logistics_querylogisticsorderdetail_response"
AT = datetime(2026, 1, 15, 2, 30, tzinfo=UTC)


def a_request(parameters: dict[str, Any], **over: Any) -> dict[str, str]:
    known = {"app_key": "12345678", "secret": "helloworld", "session": "test", "at": AT}
    return protocol.request(METHOD, parameters, **(known | over))


def an_answer(fields: Any) -> dict[str, Any]:
    return protocol.answer(METHOD, json.dumps(fields).encode())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_signatures_are_those_other_clients_compute(vector):
    params = vector["params"]
    signature = protocol.sign(params, vector["secret"], params["sign_method"], vector["path"])
    assert signature == vector["sign"]


@pytest.mark.parametrize("vector", VECTORS[:1] + VECTORS[3:4], ids=lambda vector: vector["name"])
def test_neither_order_nor_blanks_nor_the_signature_itself_are_signed(vector):
    shuffled = dict(reversed(vector["params"].items())) | {"sign": "whatever", "empty": "", "": "nameless"}
    assert protocol.sign(shuffled, vector["secret"], vector["params"]["sign_method"]) == vector["sign"]


def test_names_are_sorted_by_their_bytes():
    """Capitals come before small letters, and what is not ASCII comes last."""
    joined = "sB1b2é3s"  # With the secret on both sides.
    assert (
        protocol.sign({"é": "3", "b": "2", "B": "1"}, "s") == hashlib.md5(joined.encode()).hexdigest().upper()
    )


def test_an_unknown_sign_method_is_our_own_mistake():
    with pytest.raises(KeyError):
        protocol.sign({"a": "1"}, "s", "rot13")


def test_a_request_carries_the_system_parameters_in_beijing_time():
    sent = a_request({"trade_order_id": "8183456712340001"})
    assert sent == {
        "app_key": "12345678",
        "format": "json",
        "method": METHOD,
        "session": "test",
        "sign_method": "md5",
        "timestamp": "2026-01-15 10:30:00",
        "v": "2.0",
        "trade_order_id": "8183456712340001",
        "sign": protocol.sign(
            {name: value for name, value in sent.items() if name != "sign"}, "helloworld", "md5"
        ),
    }


@pytest.mark.parametrize("sign_method", ["md5", "hmac", "hmac-sha256"])
def test_a_request_names_and_uses_its_sign_method(sign_method):
    sent = a_request({"a": 1}, sign_method=sign_method)
    assert sent["sign_method"] == sign_method
    assert sent["sign"] == protocol.sign(sent, "helloworld", sign_method)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-1, "-1"),
        ("顺丰速运", "顺丰速运"),
        (["sender", "pickup", "refund"], "sender,pickup,refund"),
        (("LP1", "LP2"), "LP1,LP2"),
        ([1, 2], "1,2"),
        ({"name": "连衣裙", "battery": False}, '{"name":"连衣裙","battery":false}'),
        ([{"id": 1}, {"id": 2}], '[{"id":1},{"id":2}]'),
        ({"order_status_list": ["A", "B"]}, '{"order_status_list":["A","B"]}'),
    ],
)
def test_values_travel_as_the_platform_reads_them(value, text):
    assert a_request({"value": value})["value"] == text


@pytest.mark.parametrize("value", [None, "", "  ", "\u3000", []])
def test_what_is_empty_is_not_sent(value):
    assert "value" not in a_request({"value": value})


def test_an_undeliverable_decision_of_zero_is_sent():
    """0 means return: taken for empty, the platform would choose."""
    assert a_request({"undeliverable_decision": 0})["undeliverable_decision"] == "0"


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
)
def test_what_is_sent_is_what_was_signed(parameters):
    taken = {"app_key", "format", "method", "session", "sign_method", "timestamp", "v", "sign"}
    sent = a_request({name: value for name, value in parameters.items() if name not in taken})
    signature = sent.pop("sign")
    assert signature == protocol.sign(sent, "helloworld")
    assert all(value.strip() for value in sent.values())


ROWS = [{"logistics_order_id": 1}, {"logistics_order_id": 2}]


@pytest.mark.parametrize(
    "body",
    [
        {ROOT: {"result_list": {"aeop_logistics_order_detail_dto": ROWS}}},
        {ROOT: {"result_list": ROWS}},
        {"result_list": {"aeop_logistics_order_detail_dto": ROWS}},
        {"result_list": ROWS, "request_id": "1"},
    ],
    ids=["root and wrapper", "root", "wrapper", "neither"],
)
def test_root_keys_and_list_wrappers_may_be_there_or_not(body):
    assert protocol.rows(an_answer(body)["result_list"]) == ROWS


@pytest.mark.parametrize("empty", [None, "", {}, [], {"dto": []}, {"dto": None}, {"dto": {}}])
def test_an_empty_list_has_many_shapes(empty):
    assert protocol.listed(empty) == []


@pytest.mark.parametrize("wrong", ["text", 1, True, {"a": 1}, {"a": [1], "b": [2]}, {"dto": {"a": {"b": 1}}}])
def test_a_list_that_cannot_be_read_is_not_an_empty_one(wrong):
    with pytest.raises(BadAnswer):
        protocol.listed(wrong)


def test_rows_are_objects():
    assert protocol.listed({"string": ["a"]}) == ["a"]
    with pytest.raises(BadAnswer):
        protocol.rows({"string": ["a"]})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><h1>502 Bad Gateway</h1></html>",
        b'{"result": {"succ',
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b'"ok"',
        b"{}",
        b"[" * 100_000,
        json.dumps({ROOT: None}).encode(),
        json.dumps({ROOT: {}}).encode(),
        json.dumps({ROOT: [1]}).encode(),
        b'{"error_response": null}',
        b'{"error_response": "no"}',
    ],
    ids=lambda body: body[:40],
)
def test_what_is_not_an_answer_says_nothing_about_the_outcome(body):
    with pytest.raises(BadAnswer):
        protocol.answer(METHOD, body, write=True)


def test_no_part_of_a_bad_answer_is_repeated():
    """It may hold somebody's address."""
    with pytest.raises(BadAnswer) as caught:
        protocol.answer(METHOD, b'{"receiver": "Vera Made-Up"')
    assert "Vera" not in str(caught.value)


def test_an_error_response_is_raised_with_its_request_id():
    body = {"code": 40, "msg": "Missing required arguments", "sub_code": "isv.missing-parameter",
            "sub_msg": "trade_order_id", "request_id": "16pvqkp3h9qtb"}  # fmt: skip
    with pytest.raises(Refused) as caught:
        an_answer({"error_response": body})
    assert (caught.value.code, caught.value.text) == ("isv.missing-parameter", "trade_order_id")
    assert caught.value.request_id == "16pvqkp3h9qtb"


def test_an_unwrapped_error_is_an_error_too():
    body = {"type": "ISP", "code": "ServiceTimeout", "message": "timed out", "request_id": "1"}
    with pytest.raises(Unavailable):
        an_answer(body)
    with pytest.raises(OutcomeUnknown):
        protocol.answer(METHOD, json.dumps(body).encode(), write=True)


# The three gateways.

WAYS = [(gateway, signing) for gateway in Gateway for signing in SIGN_METHODS[gateway]]


@pytest.mark.parametrize(
    ("url", "base", "gateway"),
    [
        ("https://api-sg.aliexpress.com/sync", "https://api-sg.aliexpress.com", Gateway.SYNC),
        ("https://api-sg.aliexpress.com/rest/", "https://api-sg.aliexpress.com", Gateway.REST),
        ("https://api-sg.aliexpress.com", "https://api-sg.aliexpress.com", Gateway.SYNC),
        ("https://eco.taobao.com/router/rest", "https://eco.taobao.com", Gateway.TOP),
        ("https://gw.api.taobao.com", "https://gw.api.taobao.com", Gateway.TOP),
        (" http://127.0.0.1:8790/router/rest ", "http://127.0.0.1:8790", Gateway.TOP),
        ("http://127.0.0.1:8790", "http://127.0.0.1:8790", Gateway.SYNC),
        ("https://proxy.example/aliexpress/sync", "https://proxy.example/aliexpress", Gateway.SYNC),
    ],
)
def test_the_url_tells_the_gateway(url, base, gateway):
    assert protocol.locate(url) == Address(base, gateway)


@pytest.mark.parametrize(
    ("url", "tokens"),
    [
        ("https://api-sg.aliexpress.com/sync", "https://api-sg.aliexpress.com/rest/auth/token/create"),
        ("https://eco.taobao.com/router/rest", "https://api-sg.aliexpress.com/rest/auth/token/create"),
        ("http://127.0.0.1:8790/sync", "http://127.0.0.1:8790/rest/auth/token/create"),
    ],
)
def test_tokens_are_made_where_the_platform_makes_them(url, tokens):
    assert protocol.locate(url).tokens.endpoint("/auth/token/create") == tokens


@pytest.mark.parametrize(("gateway", "signing"), WAYS)
def test_every_gateway_and_signer_satisfies_a_second_check(gateway, signing):
    """`objections` is written from the documentation alone, without `sign`."""
    parameters = {
        "order_id": 8183456712340001,
        "receiver": {"name": "Żółć 连衣裙", "b": [1, True]},
        "none": None,
    }
    sent = a_request(parameters, gateway=gateway, sign_method=signing, at=AT)
    path = gateway + ("/aliexpress/logistics/querylogisticsorderdetail" if gateway is Gateway.REST else "")
    assert objections(path, sent, "helloworld", now=AT) == []
    assert objections(path, sent | {"order_id": "1"}, "helloworld", now=AT) == ["the signature differs"]
    assert objections(path, sent, "another", now=AT) == ["the signature differs"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_second_check_agrees_with_the_published_signatures(vector):
    path = vector["gateway"] + (vector["path"] if vector["gateway"] == "/rest" else "")
    found = objections(path, vector["params"] | {"sign": vector["sign"]}, vector["secret"])
    assert "the signature differs" not in found


@pytest.mark.parametrize(
    ("gateway", "named"),
    [
        (Gateway.TOP, {"method", "session", "v", "format", "timestamp", "app_key", "sign_method", "sign"}),
        (Gateway.SYNC, {"method", "session", "v", "format", "timestamp", "app_key", "sign_method", "sign"}),
        (Gateway.REST, {"access_token", "timestamp", "app_key", "sign_method", "sign"}),
    ],
)
def test_each_gateway_gets_the_system_parameters_it_knows(gateway, named):
    assert a_request({}, gateway=gateway).keys() == named
    assert a_request({}, gateway=gateway, simplify=True).keys() == named | (
        set() if gateway is Gateway.REST else {"simplify"}
    )


@pytest.mark.parametrize(
    ("gateway", "text"),
    [
        (Gateway.TOP, "2026-01-15 10:30:00"),
        (Gateway.SYNC, "1768444200000"),
        (Gateway.REST, "1768444200000"),
    ],
)
def test_each_gateway_reads_time_its_own_way(gateway, text):
    assert protocol.timestamp(gateway, AT) == text


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("gateway", Gateway)
def test_query_and_body_together_are_what_was_signed(gateway, style):
    signed = a_request({"order_id": 1, "param1": {"name": "ä&=?连"}}, gateway=gateway)
    call = protocol.call(Address("http://h", gateway), METHOD, signed, style)
    url, _, query = call.url.partition("?")
    body = (call.body or b"").decode()
    assert dict(parse_qsl(query)) | dict(parse_qsl(body)) == signed
    assert url == "http://h" + gateway + (protocol.path_of(METHOD) if gateway is Gateway.REST else "")
    assert (call.verb, call.body is None) == (("GET", True) if style is Style.GET else ("POST", False))


def test_our_own_way_puts_no_token_into_the_url():
    call = protocol.call(Address("http://h", Gateway.SYNC), METHOD, a_request({}), Style.BODY)
    assert call.url == "http://h/sync"


def test_official_clients_put_system_parameters_into_the_query_and_others_into_the_body():
    signed = a_request({"order_id": 1}, gateway=Gateway.SYNC)
    call = protocol.call(Address("http://h", Gateway.SYNC), METHOD, signed, Style.SPLIT)
    assert call.body == b"order_id=1"
    assert "session=test" in call.url


@pytest.mark.parametrize("code", ["0", "", None, 0])
def test_a_flat_answer_with_code_zero_is_a_success(code):
    assert an_answer({"code": code, "access_token": "x"})["access_token"] == "x"


@pytest.mark.parametrize(
    ("flat", "error"),
    [
        ({"type": "ISV", "code": "IncompleteSignature", "message": "no"}, Unauthorised),
        ({"code": "IllegalAccessToken", "message": "no"}, Unauthorised),
        ({"code": "MissingParameter", "message": "no"}, Refused),
    ],
)
def test_a_flat_answer_with_another_code_is_an_error(flat, error):
    with pytest.raises(error):
        an_answer(flat)
