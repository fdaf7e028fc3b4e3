"""Play a year of a shop on the sandbox: orders, batches, labels, hand-overs, tracking, and what became of it all.

    PYTHONPATH=. python data/demo_year.py [FOLDER] [--weeks N] [--parcels N]

Everything goes the way a seller's parcels go: loaded from export files, put into batches, sent by the dispatcher,
handed over, declared, tracked, billed, checked in. Only time is played: the sandbox's clock starts in the past and is
moved to today week by week, and the desk's goes with it. Goods, buyers, bills and how parcels end are made up; the
same dice bring the same year but for what threads finish first: a parcel here or there takes another plan.
Afterwards: `SHIPDESK_DATA=FOLDER make run`.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import httpx
from python_calamine import CalamineWorkbook

from lib.aliexpress.platform import Client, Platform
from lib.app import SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, App
from lib.config import ROOT, Settings
from lib.domain.orders import OrderFilter
from lib.domain.outcomes import Condition
from lib.domain.plans import Policy
from lib.domain.shipments import Choice, HandoverMode
from lib.services import (
    advice,
    batches,
    board,
    checks,
    files,
    handover,
    ledger,
    orders,
    plans,
    shipments,
    sync,
    tracking,
)
from lib.services.dispatch import Dispatcher
from lib.store import reference
from lib.store.database import Database
from lib.wording.advice import backtest_sentence

SAMPLES = ROOT / "data" / "samples"
SEED = 20260105
#: The rate cards and exchange rates that come with the program hold from here on.
FIRST_DAY = date(2026, 1, 5)
BY = "demo"
#: The plan that brings parcels back, for what its rate card carries; the rest goes by the cheapest plan.
RETURNING = "CAINIAO_STANDARD"
RETURNING_SHARE = 0.8
#: SKU, name, grams, purchase cost in CNY, price in USD, how often it is bought. Light, and of every price: what goods
#: are worth decides whether return pays.
GOODS = (
    ("Y-01", "Sample hair clip set", 28, 4, 3.9, 9),
    ("Y-02", "Sample phone ring holder", 34, 8, 5.9, 9),
    ("Y-03", "Sample watch strap", 31, 18, 9.9, 8),
    ("Y-04", "Sample silver earrings", 22, 42, 19.9, 7),
    ("Y-05", "Sample fountain pen", 58, 75, 29.9, 6),
    ("Y-06", "Sample wireless earbuds case", 66, 140, 49.0, 5),
    ("Y-07", "Sample lens filter", 74, 240, 79.0, 4),
    ("Y-08", "Sample mechanical watch", 96, 420, 139.0, 3),
    ("Y-09", "Sample pearl necklace", 48, 760, 239.0, 2),
)
#: Country as the export has it → how often it is bought from there. None where customs want more than an export has.
COUNTRIES = {
    "Germany": 14, "France": 14, "Spain": 14, "Ireland": 8, "Italy": 10, "Netherlands": 8, "Poland": 8, "Portugal": 6,
    "Israel": 10, "United States": 6,
}  # fmt: skip
#: How parcels end, as the sandbox is told. Assumed: nobody publishes it. Some countries fail far oftener than others.
RATES = {
    "undeliverable": {"*": 0.03, "DE": 0.01, "NL": 0.01, "IL": 0.12, "IT": 0.09, "ES": 0.05, "PL": 0.06},
    "customs_failure": {"*": 0.003, "IL": 0.03},
    "lost": {"*": 0.006},
    "warehouse_reject": {"*": 0.008},
    "return_fails": {"*": 0.08},
    "unknown_code": {"*": 0.02},
}
#: What the shop decided, by the share of the year gone: everything returned, then nothing, then as advised.
DECIDED = ((0.35, Choice.RETURN), (0.6, Choice.DESTROY), (1.0, Choice.ADVISED))
#: A returned parcel is checked in so long after its seller signed for it.
CHECK_IN_AFTER = timedelta(days=2)
#: In which condition, bringing how much of what is assumed, and how often; None: not yet.
CONDITIONS = {
    (Condition.GOOD, 1.15): 70,
    (Condition.DAMAGED, 0.5): 15,
    (Condition.UNUSABLE, 0.0): 10,
    (None, 0.0): 5,
}


#: A bill comes so many weeks after its batch left, and is wrong as bills are: how often a parcel is charged …
BILLED_AFTER_WEEKS = 2
HEAVIER, TWICE, REMOTE, NOT_OURS = 0.05, 0.01, 0.02, 0.01


class Clock:
    """The desk's time: the real one, set back as far as the sandbox's is."""

    def __init__(self, behind: timedelta) -> None:
        self.behind = behind

    def now(self) -> datetime:
        return datetime.now(UTC) - self.behind


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=ROOT / "data" / "local" / "demo-year")
@click.option(
    "--weeks", type=click.IntRange(1, 260), help="How many; as many of a year as there are rates for."
)
@click.option("--parcels", type=click.IntRange(1, 1000), default=70, show_default=True, help="A week.")
def main(folder: Path, weeks: int | None, parcels: int) -> None:
    """Play a year of a shop into FOLDER, which is made anew."""
    if folder.exists() and not (folder / "demo-year").exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} has something else in it; name another folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "demo-year").touch()
    weeks = weeks or max(min((datetime.now(UTC).date() - FIRST_DAY).days // 7, 52), 1)
    began = time.monotonic()
    with sandbox(folder / "sandbox", timedelta(weeks=weeks)) as url, desk(folder, url, weeks) as (app, clock):
        play(app, clock, url, weeks, parcels)
        say(f"{time.monotonic() - began:.0f} s")
        sum_up(app)
    say(f"See it: SHIPDESK_DATA={folder} make run")


@contextmanager
def sandbox(folder: Path, behind: timedelta) -> Iterator[str]:
    """A sandbox whose clock starts in the past; its address."""
    process = subprocess.Popen(
        [
            sys.executable, "-m", "lib.sandbox", "--port", "0", "--folder", str(folder), "--dice", str(SEED),
            "--hours-ago", str(behind.total_seconds() / 3600), "--until-stdin-closes",
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    line = process.stdout.readline()
    if not line:
        raise click.ClickException("The sandbox did not start.")
    url = str(json.loads(line)["url"])
    httpx.post(f"{url}/sandbox/settings", json={"rates": RATES}).raise_for_status()
    try:
        yield url
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


@contextmanager
def desk(folder: Path, url: str, weeks: int) -> Iterator[tuple[App, Clock]]:
    """A desk whose clock goes with the sandbox's."""
    settings = Settings(data=folder, settle_seconds=0)
    database = Database(settings.database_path)
    with database.write() as work:
        reference.load(work, settings.reference)
    # Calls are signed by the real clock, which the sandbox compares them with.
    client = Client(url, SANDBOX_KEY, SANDBOX_SECRET, SANDBOX_TOKEN, now=lambda: datetime.now(UTC))
    clock = Clock(timedelta(weeks=weeks))
    app = App(settings, database, platform=Platform(client), now=clock.now)
    checks.bring_up_to_date(app)
    try:
        yield app, clock
    finally:
        app.close()


def play(app: App, clock: Clock, url: str, weeks: int, parcels: int) -> None:
    """Week by week: new orders, one batch, and news of everything under way."""
    chance = random.Random(SEED)
    folder = app.settings.data / "exports"
    folder.mkdir()
    files.load(app, [write_products(folder / "products.csv")], by=BY)
    buyers = sample_buyers()
    left: list[str | None] = []
    for week in range(weeks):
        export = write_orders(folder / f"orders-{week:02d}.csv", buyers, parcels, clock.now(), chance, week)
        files.load(app, [export], by=BY)
        httpx.post(f"{url}/sandbox/seed", json={"path": str(export.resolve())}, timeout=60).raise_for_status()
        decided = next(choice for until, choice in DECIDED if week < until * weeks or until == 1)
        sent, batch_id = send(app, decided, chance)
        left.append(batch_id)
        httpx.post(f"{url}/sandbox/advance", json={"hours": 7 * 24}, timeout=60).raise_for_status()
        clock.behind -= timedelta(days=7)
        sync.sync_all(app, by=BY)
        told = tracking.pull(app)
        tracking.pull_abnormal(app)
        back = check_in(app, chance)
        billed = left[week - BILLED_AFTER_WEEKS] if week >= BILLED_AFTER_WEEKS else None
        if billed:
            bill = write_bill(folder / f"bill-{week:02d}.csv", app, billed, random.Random(SEED + week))
            files.load(app, [bill], by=BY)
        say(
            f"week {week + 1}/{weeks}: {sent} parcels sent ({decided}), {told.asked} asked for, "
            f"{told.events} events, {back} checked in"
        )


def send(app: App, decided: Choice, chance: random.Random) -> tuple[int, str | None]:
    """One batch of everything that can be shipped, from draft to declared; how many parcels, and its number."""
    made = batches.create(
        app, orders.matching_ids(app, OrderFilter(placed=False)), by=BY, policy=Policy.CHEAPEST
    )
    if made.batch_id is None:
        return 0, None
    batch_id = made.batch_id
    ids = shipments.listing(app, batch_id)["shipment_id"].tolist()
    some = [one for one in ids if chance.random() < RETURNING_SHARE]
    plans.choose_plan(app, batch_id, RETURNING, by=BY, shipment_ids=some)
    plans.confirm(app, batch_id, sum(pair.shipment_count for pair in plans.mismatches(app, batch_id)), by=BY)
    handover.prepare(app, batch_id)
    handover.choose_mode(app, batch_id, HandoverMode.SELF_SEND, by=BY)
    shipments.decide_undeliverable(app, batch_id, decided, by=BY)
    sent = shipments.submit(app, batch_id, agreed=True, by=BY)
    dispatcher = Dispatcher(app)
    try:
        dispatcher.run_until_idle(batch_id, give_up=timedelta(minutes=2))
        shipments.hand_over(app, batch_id, by=BY)
        shipments.declare(app, batch_id, by=BY)
        dispatcher.run_until_idle(batch_id, give_up=timedelta(minutes=2))
    finally:
        dispatcher.stop()
    return sent, batch_id


def check_in(app: App, chance: random.Random) -> int:
    """Take in what came back, all but a few; most of it is as good as it was."""
    rows = ledger.read(app).rows
    back = rows[
        rows["is_returned"]
        & (rows["recovered_stage"] == "assumed")
        & (rows["outcome_at"] <= app.now() - CHECK_IN_AFTER)
    ]
    done = 0
    for row in back.sort_values("shipment_id").to_dict("records"):
        [(condition, share)] = chance.choices(list(CONDITIONS), list(CONDITIONS.values()))
        if condition is None:
            continue
        done += board.check_in(
            app, [row["shipment_id"]], condition=condition, restocked_minor=round(row["recovered_minor"] * share),
            currency="CNY", by=BY,
        )  # fmt: skip
    return done


def sum_up(app: App) -> None:
    """Say whether the advice would have beaten returning all and destroying all, as it is."""
    found = advice.backtest(app)
    if found.empty:
        say("No parcel of this year could have been returned.")
        return
    sums = found.groupby("way", as_index=False)[["net_minor", "net_low_minor", "net_high_minor"]].sum()
    nets = sums.itertuples(index=False, name=None)
    say(backtest_sentence({way: (net, low, high) for way, net, low, high in nets}))


def write_products(path: Path) -> Path:
    """The shop's product table."""
    header = (
        "SKU", "商品名称", "重量(g)", "长(mm)", "宽(mm)", "高(mm)", "货物类型", "中文报关名", "英文报关名",
        "申报价值(USD)", "采购成本(CNY)", "海关编码", "货位",
    )  # fmt: skip
    rows = [
        (
            sku,
            name,
            grams,
            120,
            80,
            30,
            "普货",
            "样品",
            "sample goods",
            f"{price * 0.4:.2f}",
            f"{cost:.2f}",
            "711719",
            "A-01",
        )
        for sku, name, grams, cost, price, _often in GOODS
    ]
    return _write(path, [header, *rows])


def sample_buyers() -> dict[str, list[dict[str, Any]]]:
    """Country → rows of the sample's export whose made-up receivers live there."""
    with CalamineWorkbook.from_path(str(SAMPLES / "orders.xlsx")) as book:
        header, *rows = book.get_sheet_by_index(0).to_python()
    found: dict[str, list[dict[str, Any]]] = {country: [] for country in COUNTRIES}
    for row in rows:
        cells = dict(zip(map(str, header), row, strict=True))
        if cells["订单状态"] == "等待您发货" and cells["收货国家"] in found:
            found[str(cells["收货国家"])].append(cells)
    return {country: rows for country, rows in found.items() if rows}


def write_orders(
    path: Path,
    buyers: dict[str, list[dict[str, Any]]],
    count: int,
    now: datetime,
    chance: random.Random,
    week: int,
) -> Path:
    """A week's orders as an export of the platform's seller pages."""
    there = now.astimezone(ZoneInfo("America/Los_Angeles"))
    countries = [one for one in COUNTRIES if one in buyers]
    rows = []
    for place in range(count):
        [country] = chance.choices(countries, [COUNTRIES[one] for one in countries])
        [(sku, name, _grams, _cost, price, _often)] = chance.choices(GOODS, [one[5] for one in GOODS])
        paid = there - timedelta(hours=chance.uniform(2, 60))
        row = dict(chance.choice(buyers[country]))
        products = next(header for header in row if header.startswith("产品信息"))
        rows.append(
            row | {
                "订单号": str(8_190_000_000_000_000 + week * 100_000 + place * 37 + 7),
                "下单时间": f"{paid - timedelta(minutes=9):%Y-%m-%d %H:%M}",
                "付款时间": f"{paid:%Y-%m-%d %H:%M}",
                "产品总金额": f"${price:.2f}",
                "物流费用": "$0.00",
                "订单金额": f"${price:.2f}",
                "满立减": "",
                products: f"【1】{name}\n(商家编码:{sku})\n(产品数量:1 piece)",
                "订单备注": "",
                "买家选择物流": "AliExpress Standard Shipping",
                "发货期限": f"{paid + timedelta(days=7):%Y-%m-%d %H:%M}",
            }
        )  # fmt: skip
    header = list(rows[0])
    return _write(path, [header, *([row[name] for name in header] for row in rows)])


def write_bill(path: Path, app: App, batch_id: str, chance: random.Random) -> Path:
    """What the carriers charge for a batch: mostly what was quoted; some parcels heavier, twice, or of others."""
    header = ("单号", "扣费日期", "费用类型", "计费重(g)", "金额", "币种", "账单号")
    rows: list[tuple[object, ...]] = []
    sent = shipments.listing(app, batch_id).dropna(subset=["tracking_number", "fee_minor"])
    for row in sent.to_dict("records"):
        grams, minor = int(row["weight_g"]), int(row["fee_minor"])
        if chance.random() < HEAVIER:
            grams, minor = grams + chance.randint(10, 80), round(minor * chance.uniform(1.1, 1.6))
        elsewhere = chance.random() < NOT_OURS
        number = f"LX{chance.randint(100_000_000, 999_999_999)}CN" if elsewhere else row["tracking_number"]
        day, currency = f"{app.now():%Y-%m-%d}", row["currency"]
        line = (number, day, "运费", grams, f"{minor / 100:.2f}", currency, path.stem)
        rows += [line] * (2 if chance.random() < TWICE else 1)
        if chance.random() < REMOTE:
            rows.append((number, day, "偏远附加费", "", "8.00", "CNY", path.stem))
    return _write(path, [header, *rows])


def _write(path: Path, rows: list[Any]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def say(text: str) -> None:
    """Progress goes to standard output."""
    click.echo(text)


if __name__ == "__main__":
    main()
