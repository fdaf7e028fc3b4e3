"""One call from its parameters to its answer: let in, limited, struck by faults, carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lib.sandbox import (
    answers,
    bags,
    buyers,
    cainiao,
    cancelling,
    creating,
    declaring,
    estimates,
    gateway,
    keys,
    modifying,
    offers,
    querying,
    tracking,
    trade,
)
from lib.sandbox.fields import Params
from lib.sandbox.gateway import REST, Family, GatewayError
from lib.sandbox.limits import Limits
from lib.sandbox.shop import Shop
from lib.sandbox.world import World

JSON, XML, HTML = b"application/json;charset=UTF-8", b"text/xml;charset=UTF-8", b"text/html;charset=UTF-8"
REDEFINING = "aliexpress.logistics.redefining."
#: Method → what answers it.
METHODS: dict[str, Callable[[Shop, Params], dict[str, Any]]] = {
    "aliexpress.trade.seller.orderlist.get": trade.order_list,
    "aliexpress.solution.order.get": trade.solution_order_list,
    "aliexpress.trade.new.redefining.findorderbyid": trade.order_detail,
    "aliexpress.solution.order.info.get": trade.solution_order_detail,
    "aliexpress.solution.order.receiptinfo.get": trade.receipt,
    "aliexpress.trade.redefining.findorderreceiptinfo": trade.receipt_with_tax_number,
    "aliexpress.trade.seller.order.decrypt": trade.decrypted,
    "aliexpress.logistics.getwlmailingaddresssnapshotdto": trade.tax_numbers,
    "aliexpress.trade.seller.order.acceptcancel": cancelling.accept,
    "aliexpress.trade.seller.order.refusecancel": cancelling.refuse,
    REDEFINING + "getonlinelogisticsservicelistbyorderid": offers.plans,
    "aliexpress.logistics.service.query": offers.plans_current,
    REDEFINING + "getlogisticsselleraddresses": offers.seller_addresses,
    REDEFINING + "qureywlbdomesticlogisticscompany": offers.companies,
    REDEFINING + "listlogisticsservice": offers.carriers,
    creating.OLDER: creating.create,
    creating.NEWER: creating.create_newer,
    "aliexpress.logistics.querylogisticsorderdetail": querying.query,
    REDEFINING + "getonlinelogisticsinfo": querying.query_online,
    "aliexpress.logistics.warehouse.querydetail": querying.query_warehouse,
    REDEFINING + "getprintinfo": querying.print_one,
    REDEFINING + "getprintinfos": querying.print_many,
    REDEFINING + "getfieldinfoforprint": querying.print_fields,
    REDEFINING + "querytrackingresult": tracking.tracking,
    "aliexpress.logistics.abnormalorder.query": tracking.abnormal,
    "aliexpress.logistics.sellershipmentfortop": declaring.declare,
    "aliexpress.solution.order.fulfill": declaring.fulfill,
    "aliexpress.logistics.order.shipment": declaring.declare_sub_orders,
    "aliexpress.logistics.sellershipmentsupportsubtradeorder": declaring.declare_sub_orders_older,
    "aliexpress.logistics.querysellershipmentinfo": declaring.declarations,
    "aliexpress.logistics.sellermodifiedshipmentfortop": modifying.modify,
    "aliexpress.logistics.order.modifyshipment": modifying.modify_sub_orders,
    "cainiao.global.solution.inquiry": cainiao.inquiry,
    "cainiao.global.solution.service.resource.query": cainiao.resources,
    cainiao.CREATE: cainiao.create,
    "cainiao.global.logistics.queryorderpaystatus": cainiao.unpaid,
    "cainiao.global.logistics.carrier.querylist": cainiao.carriers,
    "cainiao.global.handover.commit": bags.commit,
    "cainiao.global.handover.update": bags.update,
    "cainiao.global.handover.pdf.get": bags.pdf,
    "cainiao.global.handover.cancel": bags.cancel,
    "cainiao.global.handover.content.query": bags.content,
    "cainiao.global.handover.parcel.query": bags.parcel,
    "aliexpress.logistics.valueadded.insurance.estimate": estimates.insurance,
    "aliexpress.freight.redefining.calculatefreight": estimates.freight,
    "aliexpress.freight.redefining.listfreighttemplate": estimates.templates,
    REDEFINING + "getallprovince": estimates.provinces,
    REDEFINING + "getnextleveladdressdata": estimates.next_level,
    "aliexpress.logistics.query.rule.info": estimates.rules,
}
#: Faults after which the call is carried out all the same.
AFTERWARDS = ("cut_after", "html_502", "bad_json", "empty")


@dataclass(frozen=True)
class Reply:
    """What goes back; without a body the connection is cut."""

    body: bytes | None
    media_type: bytes = JSON
    status: int = 200


CUT = Reply(None)
BROKEN = {
    "cut_after": CUT,
    "html_502": Reply(b"<html><h1>502 Bad Gateway</h1></html>", HTML, 502),
    "bad_json": Reply(b'{"result": {"succ'),
    "empty": Reply(b""),
}


def method_of(params: Params, family: Family, path: str) -> str:
    """The name of the call: a parameter, or on /rest the path, where tokens keep their own."""
    if family is not REST:
        return params.get("method", "")
    return path if path in keys.CALLS else path.strip("/").replace("/", ".")


def answer(world: World, limits: Limits, params: Params, family: Family, path: str = "") -> Reply:
    """Answer a call, also with why not."""
    xml = family is gateway.TOP and params.get("format", family.default_format) == "xml"
    try:
        return _answer(world, limits, params, family, path, xml)
    except GatewayError as error:
        return Reply(answers.failure(error, family, xml=xml), XML if xml else JSON)


def _answer(world: World, limits: Limits, params: Params, family: Family, path: str, xml: bool) -> Reply:
    gateway.admit(params, family, path)
    method, settings = method_of(params, family, path), world.settings
    carry_out = METHODS.get(method)
    if carry_out is None and method not in keys.CALLS:
        raise GatewayError(22, "Invalid method")
    limits.pass_or_ban(method)
    with world.lock:
        shop = _shop(world, method, params, family) if carry_out else None
        if settings.strikes("cut_before", method):
            return CUT
        if settings.strikes("isp_before", method):
            raise _platform_failed()
        if carry_out and shop:
            buyers.beforehand(shop, method, params)
            fields = carry_out(shop, params)
        else:
            fields = keys.answer(world.keys, method, params)
    fields = answers.made(fields)
    for fault in AFTERWARDS:
        if settings.strikes(fault, method):
            return BROKEN[fault]
    if settings.strikes("isp_after", method):
        raise _platform_failed()
    simplify = params.get("simplify") == "true"
    return Reply(answers.success(method, fields, family, simplify=simplify, xml=xml), XML if xml else JSON)


def _shop(world: World, method: str, params: Mapping[str, str], family: Family) -> Shop:
    """The shop a call speaks for. Raises GatewayError when its token is missing or no longer good."""
    token = params.get("access_token" if family is REST else "session")
    if not token:
        raise GatewayError(26, "Missing session")
    if world.settings.strikes("token_expired", method):
        raise keys.expired()
    return world.shop(world.keys.shop_of(token))


def _platform_failed() -> GatewayError:
    return GatewayError(
        15,
        "Remote service error",
        sub_code="isp.top-remote-connection-timeout",
        sub_msg="the remote service timed out",
    )
