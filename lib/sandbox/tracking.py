"""Where parcels are: their scans, and the list of those something went wrong with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lib.sandbox import journey, reference
from lib.sandbox.answers import Rows
from lib.sandbox.fields import Params, bounds, known, need, pacific, pacific_of, whole, wire_id, within
from lib.sandbox.gateway import invalid
from lib.sandbox.offers import COMPANIES
from lib.sandbox.records import LogisticsOrder
from lib.sandbox.shop import Shop

WEBSITE = "https://global.cainiao.com/"
LARGEST_PAGE = 50
#: Scan after which a parcel stands in the list: a made-up code, a reason and what is proposed. The platform's own
#: codes are not published (5242 is from a sample).
ABNORMAL = {
    "SC_INBOUND_FAILURE": ("5242", "入库失败，内置电池", "REFUND_TO_SELLER", "退回卖家"),
    "PU_PICKUP_FAILURE": ("5101", "揽收失败，联系不上发件人", "WAIT_SELLER", "等待卖家处理"),
    "CC_IM_FAILURE": ("5310", "目的国清关失败", "UNREACHABLE", "按无法投递处理"),
    "GTMS_DEL_FAILURE": ("5320", "妥投失败", "UNREACHABLE", "按无法投递处理"),
}
#: Until this long after it was stopped the seller may decide about a detained parcel (assumed).
DECIDE_WITHIN_S = 30 * 86_400
#: From this scan on a return has a number of its own.
ON_THE_WAY_HOME = "RT_OUTBOUND"


def tracking(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.redefining.querytrackingresult: newest first (the platform does not say which)."""
    number, order_id = need(params, "logistics_no"), need(params, "out_ref")
    if need(params, "origin") != "ESCROW":
        raise invalid("origin", "ESCROW")
    need(params, "service_name")
    need(params, "to_area")
    declared = [one for one in shop.declarations.get(order_id, []) if one.logistics_no == number]
    made = shop.by_number.get(number)
    if made is not None and made.trade_order_id != order_id:
        made = None
    details = [_detail(step, made) for step in shop.steps(made)] if made else []
    if declared:
        told = {"event_desc": "Declared by the seller", "event_date": pacific(declared[0].at)}
        details.insert(0, told | {"action_code": "CONSIGN"})
    return {
        "result_success": True,
        "error_desc": "",
        "official_website": WEBSITE,
        "details": Rows("details", details[::-1]),
    }


def abnormal(shop: Shop, params: Params) -> dict[str, Any]:
    """aliexpress.logistics.abnormalorder.query"""
    page, size = whole(params, "current_page", 1), min(whole(params, "page_size", 10), LARGEST_PAGE)
    created = bounds(params, "gmt_create_start", "gmt_create_end")
    changed = bounds(params, "gmt_status_update_start", "gmt_status_update_end")
    found = [
        (made, steps, stopped)
        for made in shop.logistics.values()
        if made.fate
        and not made.fate.startswith(journey.DELIVERED)
        and params.get("trade_order_id", made.trade_order_id) == made.trade_order_id
        and params.get("intl_tracking_no", made.tracking_number) == made.tracking_number
        and within(made.created_at, created)
        for steps in [shop.steps(made)]
        if (stopped := _stopped(steps)) and within(_iso(steps[-1].at), changed)
    ]
    rows = [_abnormal_row(*one) for one in found[(page - 1) * size : page * size]]
    return {
        "is_success": True,
        "error_desc": "",
        "current_page": page,
        "total_count": len(found),
        "total_page": -(-len(found) // size),
        "result": Rows("aeop_warehouse_abnormal_order_result", rows),
    }


def way_home(made: LogisticsOrder, steps: list[journey.Step]) -> str:
    """The number a return travels under, once it does."""
    return f"SF{made.luck % 10**13:013d}" if any(step.code == ON_THE_WAY_HOME for step in steps) else ""


def _stopped(steps: list[journey.Step]) -> journey.Step | None:
    """The scan that says a parcel will not arrive: the last failure, unless it got there all the same."""
    if not steps or steps[-1].outcome == journey.DELIVERED:
        return None
    return next((step for step in reversed(steps) if step.code in ABNORMAL), None)


def _abnormal_row(made: LogisticsOrder, steps: list[journey.Step], stopped: journey.Step) -> dict[str, Any]:
    code, reason, solution, solution_name = ABNORMAL[stopped.code]
    returns = made.undeliverable_decision == "return"
    plan = reference.plans().get(made.service_code)
    courier = COMPANIES[0]
    home = way_home(made, steps)
    row = {
        "id": int(made.logistics_order_id),
        "trade_order_id": wire_id(made.trade_order_id),
        "intl_tracking_no": made.tracking_number,
        "out_order_code": made.lp_number,
        "order_status_code": steps[-1].code,
        "order_status_name": steps[-1].text,
        "abnormal_code": int(code),
        "abnormal_reason": reason,
        "scheme_code": solution,
        "solution_code": made.plan_id,
        "solution_name": solution_name,
        "warehouse_code": made.service_code.rpartition("_")[2],
        "warehouse_name": plan.warehouse_name if plan else None,
        "gmt_create": pacific(made.created_at),
        "gmt_status_update": pacific_of(int(steps[-1].at)),
        "und_express_mail_no": home,
        "domestic_logistic_company_name": courier[2] if home else None,
        "domestic_logistic_tracking_no": home,
        "over_time": None if steps[-1].outcome else pacific_of(int(stopped.at) + DECIDE_WITHIN_S),
        "aeop_packge_info": {"weight": made.weight_g} if made.weight_g else None,
    }
    return known(row) | {
        "unreachable_insured": returns,
        "high_value_insure": False,
        "re_high_value_insure": False,
    }


def _detail(step: journey.Step, made: LogisticsOrder) -> dict[str, Any]:
    place = {"cn": "中国", "abroad": made.receiver.get("country", ""), "way": ""}[step.where]
    signed = made.receiver.get("name", "")[:1] + "**" if step.code in ("GTMS_SIGNED", "GSTA_SIGN") else ""
    row = {
        "event_desc": step.text,
        "event_date": pacific_of(int(step.at)),
        "address": place,
        "signed_name": signed,
        "action_code": step.code,
    }
    return known(row)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
