"""What of an exchange may be seen: nothing that is not known to be harmless."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.aliexpress.journal import Exchange, Journal
from lib.aliexpress.masking import SHOWN, TEXTS, masked, private_values

NOW = datetime(2026, 1, 15, 2, 30, tzinfo=UTC)
RECEIVER = {
    "name": "Vera Made-Up",
    "contact_person": "Vera Made-Up",
    "country": "IE",
    "street_address": "1 Sample Street",
    "detail_address": "1 Sample Street",
    "mobile": "353851234567",
    "zip": "D02 AF30",
    "cpf_no": "12345678909",
    "localized_address": "1 Sample Street",
    "buyer_login_id": "ie12345",
    "email": "vera@example.com",
}
PRIVATE = ("Vera", "Sample Street", "353851234567", "D02 AF30", "12345678909", "ie12345", "vera@")


def test_a_receiver_is_hidden_wherever_it_stands():
    wrapped = {"target": {"receipt_address": RECEIVER}, "address_d_t_os": json.dumps({"receiver": RECEIVER})}
    shown = str(masked(wrapped))
    assert "IE" in shown
    for private in PRIVATE:
        assert private not in shown


def test_what_helps_to_understand_a_call_is_shown():
    row = {"trade_order_id": 8183456712340001, "success": False, "error_code": 1, "logistics_status": "init",
           "error_desc": "OK", "product_num": 2, "undeliverable_decision": 0}  # fmt: skip
    assert masked(row) == row


def test_how_long_a_hidden_value_is_remains_visible():
    """For a limit in characters that is enough."""
    assert masked({"name": "Vera"}) == {"name": "… (4)"}


def test_a_field_the_platform_adds_is_hidden_until_somebody_knows_it():
    assert masked({"buyer_nickname_v2": "Vera"}) == {"buyer_nickname_v2": "… (4)"}


def test_the_platforms_words_are_shown_without_what_was_sent():
    private = frozenset(private_values({"receiver": RECEIVER, "order_id": "8183"}))
    said = masked({"error_desc": "Vera Made-Up of 8183 cannot be reached"}, private=private)
    assert said == {"error_desc": "… of 8183 cannot be reached"}


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
))  # fmt: skip
def test_nothing_is_shown_under_a_name_nobody_knows(value):
    """Whatever comes, and however it is nested, only names that are listed show their values."""

    def harmless(shown: object, name: str) -> bool:
        if isinstance(shown, dict):
            return all(harmless(one, key) for key, one in shown.items())
        if isinstance(shown, list):
            return all(harmless(one, name) for one in shown)
        return (
            shown is None
            or isinstance(shown, bool)
            or shown == ""
            or name in SHOWN | TEXTS
            or str(shown).startswith("… (")
        )

    assert harmless(masked({"private": value}), "")


@pytest.mark.parametrize(
    "name", ["access_token", "refresh_token", "session", "sign", "app_key", "secret", "password"]
)
def test_no_secret_is_on_the_list_of_what_is_shown(name):
    assert name not in SHOWN | TEXTS


@pytest.mark.parametrize(
    "name",
    ["name", "contact_person", "mobile", "phone", "phone_number", "address", "detail_address", "street", "zip",
     "post_code", "email", "buyer_login_id", "buyer_signer_fullname", "signed_name", "event_desc", "cpf_no", "memo"],
)  # fmt: skip
def test_no_personal_field_is_on_the_list_of_what_is_shown(name):
    assert name not in SHOWN | TEXTS


def test_a_token_call_shows_none_of_its_parameters():
    exchange = Exchange(
        NOW, "/auth/token/create", 0.1, "ok", "1", "a", {"code": "0_code"}, {"expires_in": 3600}
    )
    assert exchange.parameters() == {"code": "…"}
    assert exchange.answer() == {"expires_in": 3600}


def test_the_last_two_hundred_exchanges_are_kept_newest_first():
    journal = Journal()
    for number in range(250):
        journal.keep(Exchange(NOW, "m", 0.1, "ok", str(number)))
    newest = journal.newest()
    assert (len(newest), newest[0].request_id, newest[-1].request_id) == (200, "249", "50")
