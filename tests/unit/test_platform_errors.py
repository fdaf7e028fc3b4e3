"""Errors of the platform are divided by what to do next; limits are checked before anything is sent."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lib import texts
from lib.aliexpress import creating, declaring, errors, fields
from lib.aliexpress.errors import (
    BadAnswer,
    DailyQuota,
    FieldLimit,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Unavailable,
    from_answer,
)
from lib.aliexpress.platform import DeclaredGoods, NewShipment
from lib.domain.money import Money
from lib.domain.orders import Receiver
from lib.domain.shipments import Decision
from lib.wording import reason_mending, reason_sentence, trouble_sentence

ISP = [
    "isp.top-remote-connection-timeout",
    "isp.remote-connection-error",
    "isp.top-remote-service-unavailable",
    "isp.top-remote-unknown-error",
    "isp.unknown-error",
    "isp.system-busy",
]
APP, API, APP_API = (f"accesscontrol.limited-by-{scope}-access-count" for scope in ("app", "api", "app-api"))

#: An error as it comes, what it is after a read, and after a write.
TABLE: list[tuple[dict[str, Any], type, type]] = [
    # TOP: call limits.
    *[({"code": code}, Unavailable, Unavailable) for code in (4, 5, 6, 7, 8)],
    ({"code": 7, "sub_code": APP}, DailyQuota, DailyQuota),
    ({"code": 7, "sub_code": API, "sub_msg": "This ban will last for 2 more seconds"}, Unavailable, Unavailable),
    ({"code": 7, "sub_code": APP_API, "sub_msg": "This ban will last for 1 more seconds"}, Unavailable, Unavailable),
    # TOP: the platform's side.
    ({"code": 10}, Unavailable, OutcomeUnknown),
    ({"code": 15}, Unavailable, OutcomeUnknown),
    ({"code": 50}, Unavailable, OutcomeUnknown),
    *[({"code": code, "sub_code": isp}, Unavailable, OutcomeUnknown) for isp in ISP for code in (15, 50)],
    # TOP: not let in.
    *[({"code": code}, Unauthorised, Unauthorised) for code in (11, 12, 13, 24, 25, 26, 27, 28, 29, 30, 31, 53)],
    ({"code": 27, "sub_code": "invalid-sessionkey"}, Unauthorised, Unauthorised),
    # TOP: refused.
    *[({"code": code}, Refused, Refused) for code in (3, 9, 21, 22, 23, 32, 33, 34, 40, 41, 42, 43)],
    *[
        ({"code": code, "sub_code": sub_code}, Refused, Refused)
        for code in (15, 40, 41, 50)
        for sub_code in ("isv.invalid-parameter", "isv.missing-parameter", "isv.insufficient-permission")
    ],
    # IOP.
    *[
        ({"code": code, "type": "ISV"}, Unauthorised, Unauthorised)
        for code in (
            "IncompleteSignature", "IllegalAccessToken", "AppWhiteIpLimit", "InvalidAppKey",
            "InsufficientPermission", "InvalidTimestamp",
        )
    ],
    *[
        ({"code": code, "type": "ISV", "msg": "this ban will last 1 seconds"}, Unavailable, Unavailable)
        for code in ("ApiCallLimit", "AppCallLimit", "SellerCallLimit")
    ],
    ({"code": "AppCallLimit", "msg": "this ban will last 35000 seconds"}, DailyQuota, DailyQuota),
    *[({"code": code}, Refused, Refused) for code in ("MissingParameter", "InvalidParameter", "InvalidApiPath")],
    ({"code": "ServiceTimeout", "type": "ISP"}, Unavailable, OutcomeUnknown),
    ({"code": "SomethingNew", "type": "SYSTEM"}, Unavailable, OutcomeUnknown),
    ({"code": "SomethingNew", "type": "ISV"}, Refused, Refused),
    # Nothing any documentation knows.
    ({"code": 999}, Unavailable, OutcomeUnknown),
    ({}, Unavailable, OutcomeUnknown),
]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "read", "write"), TABLE, ids=lambda case: str(case) if isinstance(case, dict) else ""
)
def test_each_code_says_what_to_do_next(error, read, write):
    assert type(from_answer(error, write=False)) is read
    assert type(from_answer(error, write=True)) is write


def test_codes_compare_as_text():
    assert type(from_answer({"code": "7"}, write=True)) is Unavailable
    assert type(from_answer({"code": "27"}, write=True)) is Unauthorised


@pytest.mark.parametrize("error", [case[0] for case in TABLE])
def test_a_write_is_called_refused_or_not_handled_only_when_that_is_certain(error):
    """Whatever is not in the tables must be asked about before it is sent again."""
    documented = errors.LIMITED | errors.NOT_LET_IN | errors.REFUSALS
    certain = (
        str(error.get("code")) in documented
        or error.get("type") == "ISV"
        or str(error.get("sub_code", "")).startswith(("isv.", "accesscontrol."))
    )
    assert certain or isinstance(from_answer(error, write=True), OutcomeUnknown)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("This ban will last for 2 more seconds", 2.5),
        ("Api access frequency exceeds the limit. this ban will last 1 seconds", 1.5),
        ("this ban will last 0 seconds", 0.5),
        ("This ban will last for 1 more second", 1.5),
        ("THIS BAN WILL LAST FOR 86400 MORE SECONDS", 86400.5),
        ("App Call Limited", None),
        ("", None),
    ],
)
def test_a_ban_says_its_seconds(text, seconds):
    assert errors.ban_seconds(text) == seconds


@pytest.mark.parametrize("name", ["msg", "sub_msg"])
def test_the_seconds_may_stand_in_either_text(name):
    error = from_answer(
        {"code": 7, "msg": "Limited", name: "This ban will last for 9 more seconds"}, write=True
    )
    assert isinstance(error, Unavailable)
    assert error.retry_after == 9.5


def test_a_ban_without_seconds_still_asks_for_a_pause():
    error = from_answer({"code": 7, "sub_code": API}, write=False)
    assert isinstance(error, Unavailable)
    assert error.retry_after is not None
    assert error.retry_after > 0


SESSION = (
    {"code": 26},
    {"code": 27},
    {"code": 27, "sub_code": "invalid-sessionkey"},
    {"code": "IllegalAccessToken"},
)
CLOCK = ({"code": 30}, {"code": 31}, {"code": "InvalidTimestamp"})


@pytest.mark.parametrize("error", [case[0] for case in TABLE])
def test_only_a_token_or_a_timestamp_that_is_not_accepted_is_mended_and_sent_once_more(error):
    found = from_answer(error, write=True)
    code = {"code": error.get("code")}
    assert errors.of_session(found) == (code in SESSION)
    assert errors.of_clock(found) == (code in CLOCK)


#: What stops everything → what a person reads of it: each says what to do next.
TROUBLE = {
    "daily_quota": "until midnight in Beijing",
    "7": "pauses as long as the platform wants",
    "ApiCallLimit": "pauses as long as the platform wants",
    "AppCallLimit": "pauses as long as the platform wants",
    "SellerCallLimit": "pauses as long as the platform wants",
    "banned": "pauses as long as the platform wants",
    "paced": "pauses as long as the platform wants",
    "26": "Authorise the shop again",
    "27": "Authorise the shop again",
    "IllegalAccessToken": "Authorise the shop again",
    "no_token": "Authorise it on the page Connection",
    "not_refreshable": "Authorise it on the page Connection",
    "30": "Set the machine's clock",
    "31": "Set the machine's clock",
    "InvalidTimestamp": "Set the machine's clock",
    "AppWhiteIpLimit": "white list",
    "InsufficientPermission": "Ask for the right",
    "11": "Ask for the right",
    "12": "Ask for the right",
    "13": "Ask for the right",
    "53": "Ask for the right",
    "24": "Renew them in the settings",
    "25": "Renew them in the settings",
    "28": "Renew them in the settings",
    "29": "Renew them in the settings",
    "IncompleteSignature": "Renew them in the settings",
    "InvalidAppKey": "Renew them in the settings",
    "10": "cannot be reached",
    "15": "cannot be reached",
    "ServiceTimeout": "cannot be reached",
    "unreachable": "cannot be reached",
    "no_answer": "cannot be reached",
    "http_502": "cannot be reached",
}


@pytest.mark.parametrize(("code", "said"), TROUBLE.items())
def test_every_trouble_says_what_to_do_in_both_languages(code, said):
    assert said in trouble_sentence(code)
    with texts.speak("zh_CN"):
        chinese = trouble_sentence(code)
    assert re.search("[一-鿿]", chinese)
    assert said not in chinese


@pytest.mark.parametrize("answered", [{"code": 7, "sub_code": APP}, {"code": "AppCallLimit"}])
def test_a_day_that_is_used_up_in_its_last_minutes_is_used_up_all_the_same(answered):
    """The ban is short then; that it ends at midnight tells it from a moment's haste."""
    found = from_answer(answered | {"sub_msg": "This ban will last for 300 more seconds"}, write=True)
    assert type(found) is Unavailable
    assert type(errors.as_daily(found, 290)) is DailyQuota
    assert errors.as_daily(found, 5000) is found
    of_method = from_answer({"code": "ApiCallLimit", "msg": "this ban will last 300 seconds"}, write=True)
    assert errors.as_daily(of_method, 290) is of_method


def test_trouble_outlives_the_error_it_came_from():
    quota = from_answer({"code": 7, "sub_code": APP}, write=True)
    assert errors.trouble(quota) == "daily_quota"
    assert errors.trouble(DailyQuota("banned", retry_after=1)) == "daily_quota"
    assert errors.trouble(Unavailable("banned", retry_after=1)) == "banned"
    assert errors.trouble(Unavailable()) == "unreachable"


# Declaring: all its errors are -999, and only their words tell them apart.


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("该交易订单已填写发货通知", "already_declared"),
        ("该交易订单已填写发货通知，不能重复填写", "already_declared"),
        ("The shipment of this trade order is already declared.", "already_declared"),
        ("Order has already been shipped", "already_declared"),
        ("该交易订单缺少履约信息", "wrong_status"),
        ("The trade order lacks fulfilment information", "wrong_status"),
        ("missing fulfillment info", "wrong_status"),
        ("该货运跟踪号未通过物流风控审核，请更换", "bad_tracking_number"),
        ("The tracking number did not pass the logistics risk check", "bad_tracking_number"),
        ("Tracking number format error", "bad_tracking_number"),
        ("您填写的交易订单号有误或不属于当前账号", "wrong_order"),
        ("The order number is wrong or does not belong to this account", "wrong_order"),
        ("系统异常，请稍后再试", "internal"),
        ("System error, try later", "internal"),
        ("别的原因", ""),
        ("Something else", ""),
        ("", ""),
    ],
)
def test_the_words_of_a_declaration_are_understood_in_both_languages(said, code):
    assert declaring.reason_of(said) == code


@pytest.mark.parametrize(
    "code", ["already_declared", "wrong_status", "bad_tracking_number", "wrong_order", "refused"]
)
def test_every_refused_declaration_has_a_sentence_and_a_mending_in_both_languages(code):
    for sentence in (lambda: reason_sentence(code, "x"), lambda: reason_mending(code)):
        english = sentence()
        with texts.speak("zh_CN"):
            assert sentence() != english
    assert reason_mending(code)


def test_limits_of_the_app_stop_every_method_and_others_do_not():
    of_app = from_answer({"code": "AppCallLimit", "msg": "this ban will last 1 seconds"}, write=False)
    of_method = from_answer({"code": 7, "sub_code": API, "sub_msg": "ban will last 1 seconds"}, write=False)
    assert isinstance(of_app, Unavailable)
    assert isinstance(of_method, Unavailable)
    assert errors.of_all_methods(of_app)
    assert not errors.of_all_methods(of_method)
    assert errors.of_all_methods(DailyQuota("7"))


def test_a_question_that_got_no_clear_answer_may_be_asked_again():
    with pytest.raises(Unavailable) as caught, errors.reading():
        raise BadAnswer("bad_json", sub_code="s", text="t", request_id="r")
    error = caught.value
    assert (error.code, error.sub_code, error.text, error.request_id) == ("bad_json", "s", "t", "r")
    with pytest.raises(Refused), errors.reading():
        raise Refused("refused")


def test_the_tree_divides_by_what_to_do_next():
    """Only Unavailable is repeated: nothing that may have been handled can be one."""
    assert issubclass(Unauthorised, Unavailable)
    assert issubclass(DailyQuota, Unavailable)
    assert issubclass(BadAnswer, OutcomeUnknown)
    assert issubclass(FieldLimit, Refused)
    assert not issubclass(OutcomeUnknown, Unavailable | Refused)
    assert not issubclass(Unavailable, Refused)


# Field limits, before the wire.

VERA = Receiver(
    "Vera Made-Up", "IE", "Leinster", "Dublin", "1 Sample Street", "D02 AF30", "353-1-6790000", ""
)
SCARF = DeclaredGoods("围巾", "scarf", 2, 1250, 350, child_order_id="8183456712350001")
PARCEL = NewShipment(
    order_id="8183456712340001",
    service_code="CAINIAO_STANDARD_YANWENBJ",
    receiver=VERA,
    sender_address_id="1001",
    refund_address_id="1201",
    pickup_address_id=None,
    undeliverable=Decision.RETURN,
    courier_id=-1,
    courier_name="other",
    courier_number="SF1234567890",
    goods=(SCARF,),
)


def to(**over: str) -> dict[str, Any]:
    return {"receiver": replace(VERA, **over)}


def goods(**over: Any) -> dict[str, Any]:
    return {"goods": (replace(SCARF, **over),)}


@pytest.mark.parametrize(
    "within",
    [
        {},
        to(name="é" * 45),
        to(address="x" * 90),
        to(province=""),
        to(phone="", mobile="1" * 30),
        goods(name_zh="围" * 20, name_en="x" * 60, quantity=999, value_minor_usd=1_000_000, weight_g=2000),
        goods(quantity=1, value_minor_usd=1, weight_g=1),
        {"goods": (SCARF,) * 50},
        {"courier_number": "1" * 32},
        {"courier_id": 505, "courier_name": ""},
        {"undeliverable": Decision.DESTROY, "refund_address_id": None},
    ],
)
def test_what_the_platform_takes_is_let_through(within):
    creating.check(replace(PARCEL, **within))


@pytest.mark.parametrize(
    ("beyond", "field"),
    [
        (to(name=""), "receiver name"),
        (to(name="é" * 46), "receiver name"),
        (to(country=""), "receiver country"),
        (to(country="Ireland"), "receiver country"),
        (to(province="x" * 49), "receiver province"),
        (to(city="ü" * 25), "receiver city"),
        (to(address=""), "receiver address"),
        (to(address="Ж" * 46), "receiver address"),
        (to(phone="1" * 55), "receiver phone"),
        (to(mobile="1" * 31), "receiver mobile"),
        (to(phone="", mobile=""), "receiver phone"),
        (to(postcode="1" * 21), "receiver postcode"),
        ({"order_id": "x"}, "order"),
        ({"service_code": ""}, "plan"),
        ({"top_user_key": "x" * 17}, "vendor's user id"),
        ({"package_count": 0}, "packages"),
        (goods(name_zh=""), "declared name (Chinese)"),
        (goods(name_zh="围" * 21), "declared name (Chinese)"),
        (goods(name_en=""), "declared name (English)"),
        (goods(name_en="x" * 61), "declared name (English)"),
        (goods(quantity=0), "declared quantity"),
        (goods(quantity=1000), "declared quantity"),
        (goods(value_minor_usd=0), "declared value"),
        (goods(value_minor_usd=1_000_001), "declared value"),
        (goods(weight_g=0), "declared weight"),
        (goods(weight_g=2001), "declared weight"),
        ({"goods": ()}, "declared rows"),
        ({"goods": (SCARF,) * 51}, "declared rows"),
        ({"courier_number": ""}, "domestic tracking number"),
        ({"courier_number": "1" * 33}, "domestic tracking number"),
        ({"courier_name": ""}, "domestic courier"),
        ({"refund_address_id": None}, "refund address"),
    ],
)
def test_what_the_platform_would_refuse_is_not_sent(beyond, field):
    with pytest.raises(FieldLimit) as caught:
        creating.check(replace(PARCEL, **beyond))
    assert (caught.value.code, caught.value.field) == ("field_limit", field)


def test_a_limit_names_the_field_and_its_bounds_but_never_the_value():
    with pytest.raises(FieldLimit) as caught:
        creating.check(replace(PARCEL, **to(address="Hidden Lane " * 9)))
    assert str(caught.value) == "field_limit receiver address receiver address: 1–90 bytes, found 108 bytes"
    assert "Hidden" not in repr(caught.value.__dict__)


# Single fields of answers.


@pytest.mark.parametrize(
    ("wire", "money"),
    [
        ("CN¥74.55", Money(7455, "CNY")),
        ("￥8", Money(800, "CNY")),
        ("CNY 1,074.55", Money(107455, "CNY")),
        ("US $3.20", Money(320, "USD")),
        ("$3.2", Money(320, "USD")),
        ("JP¥120", Money(120, "JPY")),
        ("€1.00", Money(100, "EUR")),
        ("HK$5.00", None),
        ("74.55", None),
        ("CN¥74.555", None),
        ("", None),
        (None, None),
    ],
)
def test_a_price_is_read_with_its_currency_or_not_at_all(wire, money):
    assert fields.price(wire) == money


@pytest.mark.parametrize(
    ("wire", "money"),
    [
        ({"amount": "22.49", "cent": 2249, "currency_code": "CNY"}, Money(2249, "CNY")),
        ({"amount": 3.5, "currency_code": "USD"}, Money(350, "USD")),
        ({"amount": "n/a", "currency_code": "USD"}, None),
        ({"amount": None}, None),
        ({}, None),
        (None, None),
        ("22.49", None),
    ],
)
def test_a_fee_is_read_exactly_or_not_at_all(wire, money):
    assert fields.amount(wire) == money


@pytest.mark.parametrize(
    ("wire", "days"),
    [
        ("15-45天", (15, 45)),
        ("6-60days", (6, 60)),
        ("7 ~ 9 days", (7, 9)),
        ("15天", (15, 15)),
        ("24-48小时", (1, 2)),
        ("36 hours", (2, 2)),
        ("", (None, None)),
        (None, (None, None)),
    ],
)
def test_timeliness_is_a_pair_of_days(wire, days):
    assert fields.days(wire) == days


@pytest.mark.parametrize(
    ("moment", "start", "end"),
    [
        (datetime(2026, 1, 15, 18, tzinfo=UTC), "2026-01-15 10:00:00", "2026-01-15 10:00:00"),
        (datetime(2026, 3, 8, 9, 59, 59, tzinfo=UTC), "2026-03-08 01:59:59", "2026-03-08 01:59:59"),
        (datetime(2026, 3, 8, 10, 30, tzinfo=UTC), "2026-03-08 03:30:00", "2026-03-08 03:30:00"),
        # 01:30 comes twice on 1 November: at 08:30 and at 09:30 UTC.
        (datetime(2026, 11, 1, 8, 30, tzinfo=UTC), "2026-11-01 00:30:00", "2026-11-01 02:30:00"),
        (datetime(2026, 11, 1, 9, 30, tzinfo=UTC), "2026-11-01 00:30:00", "2026-11-01 02:30:00"),
        (datetime(2026, 11, 1, 10, 0, tzinfo=UTC), "2026-11-01 02:00:00", "2026-11-01 02:00:00"),
        (datetime(2026, 7, 1, 7, 0, 0, 500_000, tzinfo=UTC), "2026-07-01 00:00:00", "2026-07-01 00:00:01"),
    ],
)
def test_bounds_in_pacific_time_leave_nothing_out_when_the_clock_changes(moment, start, end):
    assert (fields.pacific_from(moment), fields.pacific_until(moment)) == (start, end)


@pytest.mark.parametrize(
    ("wire", "utc"),
    [
        ("2026-01-15 10:00:00", datetime(2026, 1, 15, 18, tzinfo=UTC)),
        ("2026-07-15 10:00:00", datetime(2026, 7, 15, 17, tzinfo=UTC)),
        ("2026-03-08 03:00:00", datetime(2026, 3, 8, 10, tzinfo=UTC)),
        ("2026-11-01 02:00:00", datetime(2026, 11, 1, 10, tzinfo=UTC)),
        (
            "2026-11-01 01:30:00",
            datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
        ),  # The first of two: no later than it is.
        (
            "2026-03-08 02:30:00",
            datetime(2026, 3, 8, 10, 30, tzinfo=UTC),
        ),  # It never comes: moved to one that does.
        ("2026-01-15", None),
        ("soon", None),
        (None, None),
    ],
)
def test_zoneless_times_are_us_pacific_with_its_daylight_saving(wire, utc):
    assert fields.pacific(wire) == utc


@pytest.mark.parametrize(
    ("minor", "digits", "text"), [(1250, 2, "12.50"), (1, 2, "0.01"), (350, 3, "0.350"), (2000, 3, "2.000")]
)
def test_minor_units_travel_as_decimals(minor, digits, text):
    assert fields.decimal(minor, digits) == text
    assert re.fullmatch(r"\d+\.\d+", text)


def test_an_id_that_is_no_number_is_not_sent():
    assert fields.number("order", "8183456712340001") == 8183456712340001
    for wrong in ("", "x", "１２", "-1", "1.5"):
        with pytest.raises(FieldLimit):
            fields.number("order", wrong)


def test_a_number_that_cannot_be_read_is_not_the_default():
    assert fields.whole({"n": "3"}, "n", 1) == 3
    assert fields.whole({"n": None}, "n", 1) == 1
    with pytest.raises(BadAnswer):
        fields.whole({"n": "three"}, "n", 1)
