"""Make `data/samples/`: a seller's own files, an order export and a product table.

    python data/make_samples.py [FOLDER]

What was bought, where to and at what price is real: invoices of a gift wholesaler (see `data/README.md`). They
are cut into consumer orders; receivers, weights and sizes are made up. The same sources give the same cells.
"""

from __future__ import annotations

import csv
import gzip
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from statistics import median_low
from zlib import crc32

import phonenumbers
import xlsxwriter

SOURCES = Path(__file__).resolve().parent / "sources"
INVOICES = SOURCES / "online_retail_international_2010-12_2011-06.csv.gz"

SEED = 20260901
#: The moment the files are made for, as the marketplace writes it: US Pacific time without saying so.
NOW = datetime(2026, 9, 1, 10, 0)  # noqa: DTZ001 (the export's cells have no zone either)
NEWEST_PAYMENT = NOW - timedelta(hours=1)

#: Rounded from the average of the months the invoices are from.
USD_PER_GBP = Decimal("1.60")
#: An assumption: what the goods cost the seller, as a share of the price, at the assumed rate of USD to CNY.
PURCHASE_SHARE, CNY_PER_USD = Decimal("0.40"), Decimal("7.10")

AWAITING_COUNT = 1150
LEAST_PER_COUNTRY = 5

#: Country labels of the invoices → the marketplace's spelling and ISO code. Labels that are no country are
#: missing, and so are left out, except in rows meant to be refused.
COUNTRIES = {
    "Germany": ("Germany", "DE"),
    "France": ("France", "FR"),
    "EIRE": ("Ireland", "IE"),
    "Netherlands": ("Netherlands", "NL"),
    "Spain": ("Spain", "ES"),
    "Belgium": ("Belgium", "BE"),
    "Switzerland": ("Switzerland", "CH"),
    "Australia": ("Australia", "AU"),
    "Portugal": ("Portugal", "PT"),
    "Norway": ("Norway", "NO"),
    "Cyprus": ("Cyprus", "CY"),
    "Italy": ("Italy", "IT"),
    "Finland": ("Finland", "FI"),
    "Japan": ("Japan", "JP"),
    "Sweden": ("Sweden", "SE"),
    "Hong Kong": ("Hong Kong,China", "HK"),
    "Poland": ("Poland", "PL"),
    "Denmark": ("Denmark", "DK"),
    "Austria": ("Austria", "AT"),
    "Singapore": ("Singapore", "SG"),
    "Iceland": ("Iceland", "IS"),
    "Greece": ("Greece", "GR"),
    "Canada": ("Canada", "CA"),
    "Malta": ("Malta", "MT"),
    "Lebanon": ("Lebanon", "LB"),
    "Israel": ("Israel", "IL"),
    "Lithuania": ("Lithuania", "LT"),
    "Brazil": ("Brazil", "BR"),
    "United Arab Emirates": ("United Arab Emirates", "AE"),
    "USA": ("United States", "US"),
    "Bahrain": ("Bahrain", "BH"),
    "Czech Republic": ("Czech Republic", "CZ"),
    "Saudi Arabia": ("Saudi Arabia", "SA"),
    "RSA": ("South Africa", "ZA"),
}
#: Invoices whose country is not known are given destinations that China Post registered mail has suspended.
SUSPENDED = (("South Africa", "ZA"), ("Bulgaria", "BG"))
NO_COUNTRY = "Unspecified"
UNRESOLVABLE = ("Channel Islands", "European Community")

HEADERS = (
    "订单号",
    "订单状态",
    "负责人(业务员)",
    "买家名称",
    "下单时间",
    "付款时间",
    "产品总金额",
    "物流费用",
    "订单金额",
    "满立减",
    "产品信息\n（双击单元格展开所有产品信息！）",
    "订单备注",
    "收货地址",
    "收货人名称",
    "收货国家",
    "州/省",
    "城市",
    "地址",
    "邮编",
    "联系电话",
    "手机",
    "买家选择物流",
    "发货期限",
    "实际发货物流:运单号",
    "发货时间",
    "确认收货时间",
)
PRODUCT_HEADERS = (
    "SKU",
    "商品名称",
    "重量(g)",
    "长(mm)",
    "宽(mm)",
    "高(mm)",
    "货物类型",
    "中文报关名",
    "英文报关名",
    "申报价值(USD)",
    "采购成本(CNY)",
    "海关编码",
    "货位",
)

AWAITING, PARTLY = "等待您发货", "部分发货"
UNPAID, RISK, RECEIPT, FINISHED = "等待买家付款", "风控24小时中", "等待买家收货", "订单结束"
#: Orders in other states, so that a filter has something to leave out. The last label is none that exists.
OTHER_STATES = {
    UNPAID: 12,
    RISK: 3,
    RECEIPT: 20,
    "买家申请取消": 6,
    "含纠纷的订单": 5,
    FINISHED: 12,
    "等待平台处理": 3,
}

#: What buyers chose, with weights; one entry is no service at all.
SERVICES = {
    "AliExpress Standard Shipping": 40,
    "AliExpress 无忧物流-标准": 5,
    "AliExpress Saver Shipping": 14,
    "Cainiao Super Economy Global": 18,
    "ePacket": 10,
    "China Post Registered Air Mail": 8,
    "": 5,
}

#: Names and notes that must be shown as they are, never as markup or a formula.
STRANGE_NAMES = ("**Bold** Müller", "<b>Ann</b> Schmidt", "=SUM(A1)", "[Klaus](about:blank) Weber")
STRANGE_NOTES = ("=1+1", "<script>alert(1)</script>", "@team please gift wrap", "+1 free sample, please")

COLOURS = ("RED", "BLUE", "PINK", "GREEN", "WHITE", "BLACK", "IVORY", "YELLOW", "SILVER", "GOLD", "CREAM")
SIZES = {"JUMBO": "1.4", "GIANT": "1.5", "LARGE": "1.35", "BIG": "1.35", "SMALL": "0.65", "MINI": "0.45"}


@dataclass(frozen=True)
class Line:
    """One product of an order: how many units at which price."""

    sku: str
    title: str
    quantity: int
    price_usd: Decimal


@dataclass(frozen=True)
class Product:
    """One row of the product table; the weight and sizes are assumptions."""

    sku: str
    title: str
    weight_g: int
    sizes_mm: tuple[int, int, int]
    cargo: str
    name_zh: str
    name_en: str
    hs_code: str
    price_usd: Decimal

    def row(self, *, weighed: bool) -> tuple[object, ...]:
        purchase = cents(self.price_usd * PURCHASE_SHARE * CNY_PER_USD)
        place = crc32(self.sku.encode())
        return (
            self.sku,
            self.title,
            self.weight_g if weighed else "",
            *self.sizes_mm,
            self.cargo,
            self.name_zh,
            self.name_en,
            float(max(self.price_usd, Decimal("0.10"))),
            float(purchase),
            self.hs_code,
            f"{'ABCDEFGH'[place % 8]}-{place // 8 % 20 + 1:02}-{place // 160 % 40 + 1:02}",
        )


@dataclass(frozen=True)
class Order:
    """One row of the order export, before it is written down as texts."""

    number: str
    country: str
    code: str
    lines: tuple[Line, ...]
    receiver: dict[str, str]
    ordered_at: datetime
    paid_at: datetime | None
    ship_by_at: datetime | None
    service: str
    status: str = AWAITING
    note: str = ""
    shipping_usd: Decimal = Decimal(0)
    waybill: str = ""
    shipped_at: datetime | None = None
    received_at: datetime | None = None
    products_cell: str | None = None  #: Written instead of the lines, to be refused.


@dataclass
class Desk:
    """Everything that is chosen at random, in one order."""

    random: random.Random
    products: dict[str, Product]
    numbers: set[str] = field(default_factory=set)

    def number(self) -> str:
        """A new order number: 16 digits from 81 on."""
        while True:
            number = f"81{self.random.randrange(10**14):014}"
            if number not in self.numbers:
                self.numbers.add(number)
                return number


def make(folder: Path) -> None:
    """Write orders.xlsx and products.xlsx into a folder."""
    invoices = list(read_invoices())
    desk = Desk(random.Random(SEED), products_of(line for invoice in invoices for line in invoice.lines))
    orders = base_orders(desk, invoices)
    orders, unweighed = with_troubles(desk, orders)
    rows = [order_row(order) for order in in_export_order(orders)]
    rows = with_refused(desk, rows, orders)
    used = sorted({line.sku for order in orders for line in order.lines} & desk.products.keys())
    table = [desk.products[sku].row(weighed=sku not in unweighed) for sku in used]
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "orders.xlsx", "Sheet1", HEADERS, rows)
    write(folder / "products.xlsx", "products", PRODUCT_HEADERS, table)


# The real part: what was bought.


@dataclass(frozen=True)
class Invoice:
    """A real invoice, its country as labelled there."""

    country: str
    lines: tuple[Line, ...]


def read_invoices() -> Iterator[Invoice]:
    """The goods on invoices that were not cancelled; postage, manual entries and gifts at no price left out."""
    found: dict[str, list[Line]] = defaultdict(list)
    country: dict[str, str] = {}
    with gzip.open(INVOICES, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number, code = row["InvoiceNo"], row["StockCode"].strip().upper()
            price, quantity = Decimal(row["UnitPrice"]), int(row["Quantity"])
            if (
                number.startswith("C")
                or not re.fullmatch(r"\d{5}[A-Z]*", code)
                or price <= 0
                or quantity <= 0
            ):
                continue
            title = " ".join(row["Description"].split())
            country[number] = row["Country"]
            if all(line.sku != code for line in found[number]):
                found[number].append(Line(code, title, quantity, cents(price * USD_PER_GBP)))
    for number, lines in found.items():
        yield Invoice(country[number], tuple(lines))


def products_of(lines: Iterable[Line]) -> dict[str, Product]:
    """One product per stock code: what it is by the words of its description, its value by its usual price."""
    titles: dict[str, str] = {}
    prices: dict[str, list[Decimal]] = defaultdict(list)
    for line in lines:
        titles.setdefault(line.sku, line.title)
        prices[line.sku].append(line.price_usd)
    return {sku: product(sku, title, median_low(prices[sku])) for sku, title in titles.items()}


def product(sku: str, title: str, price_usd: Decimal) -> Product:
    """Guess weight and sizes: those of the kind of thing, scaled by words of size and number, ±10 % by code."""
    kind = next(rule for rule in rules() if re.search(rf"\b(?:{rule['pattern']})", title.upper()))
    scale = Decimal(1)
    for word, factor in SIZES.items():
        if re.search(rf"\b{word}\b", title.upper()):
            scale *= Decimal(factor)
    # Sets above a dozen are packs, and the kind's weight is that of the pack.
    pieces = re.search(r"\b(?:SET|S|PACK|BOX)(?: OF |/| )(\d+)\b", title.upper())
    if pieces and 1 < int(pieces[1]) <= 12:
        scale *= Decimal(int(pieces[1])).sqrt()
    spread = Decimal(90 + crc32(sku.encode()) % 21) / 100
    side = scale ** (Decimal(1) / Decimal(3))
    length, width, height = (
        max(5, int(Decimal(kind[f"{name}_mm"]) * side)) for name in ("length", "width", "height")
    )
    return Product(
        sku=sku,
        title=title,
        weight_g=max(5, int(Decimal(kind["weight_g"]) * scale * spread)),
        sizes_mm=(length, width, height),
        cargo=kind["cargo"],
        name_zh=kind["name_zh"],
        name_en=kind["name_en"],
        hs_code=kind["hs_code"],
        price_usd=price_usd,
    )


def chunks(desk: Desk, invoice: Invoice) -> list[tuple[Line, ...]]:
    """Cut an invoice into what consumers buy: one to three products, one to three of each."""
    lines = [replace(line, quantity=consumer_quantity(desk, line)) for line in invoice.lines]
    pieces = []
    while lines:
        size = desk.random.choices((1, 2, 3), weights=(55, 30, 15))[0]
        pieces.append(tuple(lines[:size]))
        lines = lines[size:]
    return pieces


def consumer_quantity(desk: Desk, line: Line) -> int:
    """A dozen or more wholesale is two for a consumer, four dozen three; of heavy things one."""
    if desk.products[line.sku].weight_g > 250:
        return 1
    return 1 if line.quantity < 12 else 2 if line.quantity < 48 else 3


# The made-up part: who bought it, when, and what is wrong with it.


def base_orders(desk: Desk, invoices: Sequence[Invoice]) -> list[Order]:
    """Orders awaiting shipment with nothing wrong on purpose, and those of other states behind them.

    The first pieces of all invoices come first, then the second ones: every customer counts before a large one
    counts twice. Countries with few invoices are filled up.
    """
    pieces = [
        (place, COUNTRIES[invoice.country], piece)
        for invoice in invoices
        if invoice.country in COUNTRIES
        for place, piece in enumerate(chunks(desk, invoice))
    ]
    pieces.sort(key=lambda entry: entry[0])
    count = AWAITING_COUNT + sum(OTHER_STATES.values())
    chosen, spare = pieces[:count], pieces[count:]
    per_country = Counter(country for _, country, _ in chosen)
    for entry in spare:
        if per_country[entry[1]] < LEAST_PER_COUNTRY:
            per_country[entry[1]] += 1
            chosen.insert(0, entry)
    unknown = [
        piece for invoice in invoices if invoice.country == NO_COUNTRY for piece in chunks(desk, invoice)
    ]
    suspended = [(0, SUSPENDED[place % 2], piece) for place, piece in enumerate(unknown[:8])]
    return [an_order(desk, country, lines) for _, country, lines in (*suspended, *chosen)]


def an_order(desk: Desk, country: tuple[str, str], lines: tuple[Line, ...]) -> Order:
    """An order of the last days, to be shipped within the next ones."""
    pick = desk.random
    paid_at = NEWEST_PAYMENT - timedelta(minutes=pick.randrange(1, 6 * 1440 - 120))
    service = pick.choices(list(SERVICES), weights=list(SERVICES.values()))[0]
    dear = service.startswith(("ePacket", "China Post")) or pick.random() < 0.15
    return Order(
        number=desk.number(),
        country=country[0],
        code=country[1],
        lines=lines,
        receiver=a_receiver(pick, country[1]),
        ordered_at=paid_at - timedelta(minutes=pick.randrange(1, 45)),
        paid_at=paid_at,
        ship_by_at=NOW + timedelta(minutes=pick.randrange(1441, 9 * 1440)),
        service=service,
        note=pick.choice(notes()) if pick.random() < 0.1 else "",
        shipping_usd=cents(Decimal(pick.randrange(120, 480)) / 100) if dear else Decimal(0),
    )


def a_receiver(pick: random.Random, code: str) -> dict[str, str]:
    """Somebody made up, in the form of the country: names, street, and a place that exists there."""
    people, place = names(code), pick.choice(places(code))
    mobile, phone = pick.random() < 0.9, pick.random() < 0.5
    return {
        "name": f"{pick.choice(people['given'])} {pick.choice(people['family'])}",
        "province": place["province"],
        "city": place["city"],
        "address": people["address"][0].format(
            street=pick.choice(people["streets"]), number=pick.randrange(1, 99)
        ),
        "postcode": place["postcode"],
        "phone": a_phone(pick, code, "FIXED_LINE") if phone or not mobile else "",
        "mobile": a_phone(pick, code, "MOBILE").replace("-", "") if mobile else "",
    }


def a_phone(pick: random.Random, code: str, kind: str) -> str:
    """Country code, area and number: the example of the numbering plan with two other digits at the end."""
    example = phonenumbers.example_number_for_type(code, getattr(phonenumbers.PhoneNumberType, kind))
    assert example is not None, f"no example number for {code}"
    national = phonenumbers.national_significant_number(example)[:-2] + f"{pick.randrange(100):02}"
    return f"{example.country_code}-{national[:2]}-{national[2:]}"


def with_troubles(desk: Desk, orders: list[Order]) -> tuple[list[Order], set[str]]:
    """Make a handful of orders go wrong in each way there is; returns them and the products without a weight.

    Each order gets one trouble, and only orders get one that had none by themselves. What may be wrong without
    keeping an order from its parcel (several products, notes, deadlines) falls where it falls.
    """
    pick = desk.random
    unweighed = products_to_unweigh(orders, desk.products)
    plain = [place for place, order in enumerate(orders) if is_plain(order, desk.products, unweighed)]
    pick.shuffle(plain)

    def change(count: int, fits: Callable[[Order], bool], to: Callable[[Order, int], Order]) -> None:
        places = [place for place in plain if fits(orders[place])][:count]
        for turn, place in enumerate(places):
            plain.remove(place)
            orders[place] = to(orders[place], turn)

    def anything(_: Order) -> bool:
        return True

    for status, count in OTHER_STATES.items():
        change(count, anything, lambda order, _, status=status: in_state(pick, order, status))  # type: ignore[misc]
    change(6, lambda order: len(order.lines) > 1, lambda order, _: partly_shipped(pick, order))
    change(6, anything, with_unknown_sku)
    change(6, anything, lambda order, _: too_heavy(order, desk.products))
    change(5, lambda order: order.code in ("DE", "FR", "ES", "NL"), without("postcode"))
    change(5, lambda order: order.code in ("DE", "FR", "ES", "IT"), malformed_postcode)
    change(5, anything, without("phone", "mobile"))
    change(8, anything, lambda order, turn: replace(order, ship_by_at=NOW - timedelta(hours=2 + 4 * turn)))
    change(
        12, anything, lambda order, turn: replace(order, ship_by_at=NOW + timedelta(minutes=200 + 95 * turn))
    )
    change(len(STRANGE_NAMES), lambda order: order.code == "DE", with_strange_name)
    change(len(STRANGE_NOTES), anything, lambda order, turn: replace(order, note=STRANGE_NOTES[turn]))
    change(
        1,
        anything,
        lambda order, _: replace(
            order, paid_at=NEWEST_PAYMENT, ordered_at=NEWEST_PAYMENT - timedelta(minutes=5)
        ),
    )
    return orders, unweighed


def is_plain(order: Order, products: dict[str, Product], unweighed: set[str]) -> bool:
    """Whether nothing is out of the ordinary with an order."""
    return (
        order.code not in ("BR", *(code for _, code in SUSPENDED))
        and contents_g(order, products) <= 1500
        and all(products[line.sku].cargo == "普货" and line.sku not in unweighed for line in order.lines)
    )


def products_to_unweigh(orders: Sequence[Order], products: dict[str, Product]) -> set[str]:
    """Three ordinary products that two orders each contain."""
    sold = Counter(line.sku for order in orders for line in order.lines)
    return set(sorted(sku for sku, count in sold.items() if count == 2 and products[sku].cargo == "普货")[:3])


def in_state(pick: random.Random, order: Order, status: str) -> Order:
    """The order in a state in which there is nothing to ship, or not yet."""
    order = replace(order, status=status)
    if status == UNPAID:
        return replace(order, paid_at=None, ship_by_at=None)
    if status == RISK:
        return replace(order, ship_by_at=None)
    if status not in (RECEIPT, FINISHED):
        return order
    earlier = timedelta(days=pick.randrange(8, 16) if status == RECEIPT else pick.randrange(30, 50))
    paid_at = (order.paid_at or NOW) - earlier
    shipped_at = paid_at + timedelta(hours=pick.randrange(20, 90))
    done = status == FINISHED
    return replace(
        order,
        ordered_at=order.ordered_at - earlier,
        paid_at=paid_at,
        ship_by_at=(order.ship_by_at or NOW) - earlier,
        waybill=f"{order.service or 'AliExpress Standard Shipping'}:{a_waybill(pick)}",
        shipped_at=shipped_at,
        received_at=shipped_at + timedelta(days=pick.randrange(12, 25)) if done else None,
    )


def partly_shipped(pick: random.Random, order: Order) -> Order:
    waybill = f"{order.service or 'AliExpress Standard Shipping'}:{a_waybill(pick)}"
    return replace(
        order, status=PARTLY, waybill=waybill, shipped_at=NOW - timedelta(hours=pick.randrange(2, 20))
    )


def a_waybill(pick: random.Random) -> str:
    """A postal item number with its check digit (UPU S10)."""
    digits = f"{pick.randrange(10**8):08}"
    check = 11 - sum(int(d) * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return f"LZ{digits}{ {10: 0, 11: 5}.get(check, check) }CN"


def with_unknown_sku(order: Order, turn: int) -> Order:
    """A new listing that nobody entered in the product table yet."""
    first, *others = order.lines
    return replace(order, lines=(replace(first, sku=f"NEW-2026-{turn % 4 + 1:02}"), *others))


def too_heavy(order: Order, products: dict[str, Product]) -> Order:
    """As many of the first product as weigh more than the 2 kg of a small packet."""
    first, *others = order.lines
    return replace(order, lines=(replace(first, quantity=2100 // products[first.sku].weight_g + 1), *others))


def without(*fields: str) -> Callable[[Order, int], Order]:
    return lambda order, _: replace(order, receiver=order.receiver | dict.fromkeys(fields, ""))


def malformed_postcode(order: Order, turn: int) -> Order:
    """A digit too few, or the letter O for a zero."""
    postcode = order.receiver["postcode"]
    wrong = postcode[:-1] if turn % 2 else postcode[:-1] + "O"
    return replace(order, receiver=order.receiver | {"postcode": wrong})


def with_strange_name(order: Order, turn: int) -> Order:
    return replace(order, receiver=order.receiver | {"name": STRANGE_NAMES[turn]})


def contents_g(order: Order, products: dict[str, Product]) -> int:
    return sum(products[line.sku].weight_g * line.quantity for line in order.lines)


# Writing it down as the marketplace does.


def in_export_order(orders: Iterable[Order]) -> list[Order]:
    """Newest order first."""
    return sorted(orders, key=lambda order: (order.ordered_at, order.number), reverse=True)


def with_refused(desk: Desk, rows: list[tuple[str, ...]], orders: Sequence[Order]) -> list[tuple[str, ...]]:
    """Put in six rows that must be refused, and one that stands twice."""
    donors = [row for row in rows if row[1] == AWAITING and row[14] in ("Germany", "France")]
    number, country, products = (HEADERS.index(name) for name in ("订单号", "收货国家", HEADERS[10]))

    def spoilt(donor: int, column: int, value: str) -> tuple[str, ...]:
        row = list(donors[donor])
        row[number] = desk.number()
        if column == country:
            row[12] = row[12].rpartition("、")[0] + f"、{value}"
        row[column] = value
        return tuple(row)

    refused = [
        spoilt(0, number, "8.12346E+15"),
        spoilt(1, number, "8.14071E+15"),
        spoilt(2, number, ""),
        spoilt(3, country, UNRESOLVABLE[0]),
        spoilt(4, country, UNRESOLVABLE[1]),
        spoilt(5, products, "see the attached list"),
    ]
    mixed = list(rows)
    for place, row in enumerate(refused):
        mixed.insert(100 + 150 * place, row)
    return [*mixed, donors[20]]


def order_row(order: Order) -> tuple[str, ...]:
    """The 26 cells of an order, all of them texts."""
    goods = sum((line.price_usd * line.quantity for line in order.lines), Decimal(0))
    discount = Decimal(1) if goods >= 25 else Decimal(0)
    to = order.receiver
    parts = (to["address"], to["city"], to["province"], order.country)
    return (
        order.number,
        order.status,
        "示例店员",
        to["name"].split(" ")[0],
        moment(order.ordered_at),
        moment(order.paid_at),
        dollars(goods),
        dollars(order.shipping_usd) if order.shipping_usd else "0",
        dollars(goods + order.shipping_usd - discount),
        dollars(discount) if discount else "",
        products_cell(order.lines),
        order.note,
        "、".join(part for part in parts if part),
        to["name"],
        order.country,
        to["province"],
        to["city"],
        to["address"],
        to["postcode"],
        to["phone"],
        to["mobile"],
        order.service,
        moment(order.ship_by_at),
        order.waybill,
        moment(order.shipped_at),
        moment(order.received_at),
    )


def products_cell(lines: Sequence[Line]) -> str:
    return "\n".join(block(place, line) for place, line in enumerate(lines, start=1))


def block(place: int, line: Line) -> str:
    """The four lines of one product; without variants, three."""
    words = line.title.upper().split()
    colour = next((word.capitalize() for word in words if word in COLOURS), None)
    size = next((word.capitalize() for word in words if word in ("SMALL", "LARGE", "MINI", "JUMBO")), None)
    attributes = [f"Color:{colour}"] * bool(colour) + [f"Size:{size}"] * bool(size)
    unit = "lot" if "PACK OF" in line.title.upper() else "set" if words[0].startswith("SET") else "piece"
    return "\n".join(
        [
            f"【{place}】{line.title}",
            *([f"(产品属性:{'、'.join(attributes)})"] if attributes else []),
            f"(商家编码:{line.sku})",
            f"(产品数量:{line.quantity} {unit})",
        ]
    )


def dollars(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def moment(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M") if at else ""


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def write(path: Path, sheet: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one sheet; texts stay texts, whatever they begin with."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        # Without a fixed date each run would differ in the file's properties.
        book.set_properties({"created": NOW})
        page = book.add_worksheet(sheet)
        for number, row in enumerate([headers, *rows]):
            page.write_row(number, 0, row)


# The small tables behind it.


@cache
def rules() -> list[dict[str, str]]:
    return table("product_words")


@cache
def places(code: str) -> list[dict[str, str]]:
    return [row for row in table("places") if row["country"] == code]


@cache
def names(code: str) -> dict[str, list[str]]:
    (row,) = (row for row in table("people") if row["country"] == code)
    return {name: value.split("|") for name, value in row.items()}


@cache
def notes() -> list[str]:
    return [row["note"] for row in table("notes")]


def table(name: str) -> list[dict[str, str]]:
    with (SOURCES / "samples" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent / "samples")
