"""The rules of the wire: signatures, encodings, and answers in every shape they come in."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.aliexpress import protocol
from lib.aliexpress.errors import BadAnswer, OutcomeUnknown, Refused, Unavailable

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
