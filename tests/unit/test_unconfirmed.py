"""What nobody could confirm of the platform is marked UNCONFIRMED in the code that relies on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: The point → where it is relied on, and words that stand beside the mark there.
POINTS = {
    "what the return service costs": ("lib/sandbox/querying.py", "return-service fee"),
    "where a plan lists that price": ("lib/sandbox/offers.py", "return service"),
    "how a plan says that it does not return": ("lib/aliexpress/plans.py", "come back"),
    "the same, as it is imitated": ("lib/sandbox/offers.py", "does not offer it"),
    "a decision that is left out": ("lib/aliexpress/creating.py", "Always said"),
    "a return on a line without it": ("lib/sandbox/creating.py", "return on a line without it"),
    "which end a list of events begins at": ("lib/aliexpress/tracking.py", "begin with the newest"),
    "values of abnormal codes": ("lib/aliexpress/tracking.py", "Codes as they came"),
    "the currency of declared values": ("lib/aliexpress/creating.py", "US dollars"),
    "declared weights are of one piece": ("lib/sandbox/creating.py", "of one piece"),
    "liquids": ("lib/aliexpress/creating.py", "contains_special_goods"),
    "reasons of refusals of create calls": ("lib/sandbox/creating.py", "reasons and texts"),
    "shapes of answers": ("lib/sandbox/answers.py", "plain is"),
    "keys around lists": ("lib/aliexpress/protocol.py", "Which key wraps"),
    "the zone of creation filters": ("lib/sandbox/querying.py", "zone of these two"),
    "the zone of creation times": ("lib/aliexpress/querying.py", "zone of this time"),
    "limits on changing declarations": ("lib/aliexpress/declaring.py", "few changes"),
    "finishing parts with all": ("lib/aliexpress/declaring.py", "last of several parts"),
    "a sub-order's number": ("lib/aliexpress/declaring.py", "sub-order id instead"),
    "declared by the platform itself": ("lib/services/asking.py", "by the platform itself"),
    "pushed news": ("lib/aliexpress/order_list.py", "pushes news"),
    "limits a second": ("lib/aliexpress/limiter.py", "No limit of the logistics calls"),
    "the code of a bad timestamp": ("lib/aliexpress/errors.py", "exact spelling"),
    "codes of a bad timestamp and an unknown method": ("lib/sandbox/gateway.py", "unknown"),
    "the seller's own limit": ("lib/aliexpress/errors.py", "SellerCallLimit"),
    "hmac-sha256 on TOP": ("lib/aliexpress/protocol.py", "never chosen by itself"),
    "blank values and the signature": ("lib/aliexpress/protocol.py", "drop blank values"),
    "how long a code is good": ("lib/aliexpress/tokens.py", "30 minutes"),
    "the unit of the closing time": ("lib/aliexpress/querying.py", "Milliseconds"),
    "the unit of the time left": ("lib/aliexpress/orders.py", "counts milliseconds"),
    "languages of addresses": ("lib/aliexpress/accounts.py", "of refunds Chinese"),
    "the unit of the carrier's fees": ("lib/aliexpress/cainiao.py", "smallest unit"),
    "how states follow each other": ("lib/sandbox/journey.py", "our reading of their names"),
    "what changing a bag replaces": ("lib/aliexpress/bags.py", "replaces the former one"),
}


@pytest.mark.parametrize("point", POINTS)
def test_what_is_not_confirmed_is_marked_where_it_is_relied_on(point: str) -> None:
    path, words = POINTS[point]
    text = re.sub(r"\s*#:?\s*|\s+", " ", (ROOT / path).read_text(encoding="utf-8"))
    beside = [text[max(0, one.start() - 260) : one.end() + 260] for one in re.finditer("UNCONFIRMED", text)]
    assert any(words in one for one in beside), f"{path}: no UNCONFIRMED beside “{words}”"
