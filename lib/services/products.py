"""The product table: what SKUs weigh, which ones orders wait for, which SKU is so many of another; packaging."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from lib.app import App
from lib.domain import products as domain
from lib.domain.problems import Problem
from lib.domain.products import FIELDS, BadCell, Edit, Fault, Pairing
from lib.files import products as files
from lib.files import sheets
from lib.store import audit
from lib.store import products as store
from lib.store.database import Work

PAGE_SIZE = 100
#: How many SKUs one pair may stand for.
PAIR_QUANTITY = domain.DECLARED_COUNT
#: What is left of a SKU around the known one when it says how many: `-3PCS`, `x2`, `*5`, `_2件`.
_PACK = re.compile(
    r"[\s\-_*x×/()]*(\d{1,3})[\s\-_]*(?:pcs?|pieces?|packs?|sets?|个|件|套|只|包|x)?[\s)]*", re.IGNORECASE
)


@dataclass(frozen=True)
class Page:
    """A page of the product table."""

    products: pd.DataFrame  #: One row per SKU; unit_weight_g follows its pair.
    product_count: int
    page: int
    page_count: int


@dataclass(frozen=True)
class Repriced:
    """A draft whose weight or price a change of products moves; fee_minor None: its plan cannot carry it any more."""

    shipment_id: str
    batch_id: str
    order_id: str
    plan_id: str | None
    old_weight_g: int | None
    weight_g: int | None
    old_fee_minor: int | None
    fee_minor: int | None
    currency: str | None

    @property
    def moves_price(self) -> bool:
        """Whether what somebody decided on costs something else now."""
        return self.plan_id is not None and self.fee_minor != self.old_fee_minor


@dataclass(frozen=True)
class Saved:
    """What a change of products did, or would do."""

    cells: int = 0  #: Cells that say something else now; those that say what stood there are not written.
    skus: tuple[str, ...] = ()
    pairs: int = 0
    freed: tuple[str, ...] = ()  #: Orders that can go into a batch now and could not before.
    repriced: tuple[Repriced, ...] = ()
    faults: tuple[Fault, ...] = ()  #: Cells that cannot be taken; with any of them nothing is saved.

    @property
    def moves_prices(self) -> bool:
        """Whether a person should see first what changes."""
        return any(one.moves_price for one in self.repriced)


def listing(app: App, wanted: str = "", *, page: int = 1, page_size: int = PAGE_SIZE) -> Page:
    """A page of the products that have the wanted text in SKU, title, shelf or pair; by SKU."""
    with app.database.read() as work:
        count = store.count(work, wanted.strip())
        page_count = max(1, -(-count // page_size))
        page = min(max(page, 1), page_count)
        found = store.page(work, wanted.strip(), page_size=page_size, skipped=(page - 1) * page_size)
    return Page(found, count, page, page_count)


def needed(app: App, *, suggest: bool = True) -> pd.DataFrame:
    """One row per SKU that keeps awaiting orders back, most orders first.

    Columns: sku, title, order_count, unit_count, ship_by_at, is_unknown, lacks_weight, lacks_declaration, lacks_hs,
    what is known of it, and a suggestion: known_sku, known_quantity (a known SKU its text is like; nobody is
    paired without a person saying so).
    """

    def find() -> tuple[pd.DataFrame, list[dict[str, Any]]]:
        with app.database.read() as work:
            lacking = store.needed(work)
            own = [sku for sku in lacking["sku"] if not domain.is_made(sku)]
            return lacking, store.alike(work, own) if suggest and own else []

    rows, found = app.database.kept(("skus_needed", suggest), find)
    known = {row["sku"]: row["known_sku"] for row in found}
    counts = {row["sku"]: _pack_of(row["sku"], row["known_sku"]) for row in found if row["known_part"]}
    return rows.assign(
        known_sku=pd.Series([known.get(sku) for sku in rows["sku"]], index=rows.index, dtype="str"),
        known_quantity=pd.Series(
            [counts.get(sku, 1 if sku in known else None) for sku in rows["sku"]],
            index=rows.index,
            dtype="Int64",
        ),
    )


def needed_counts(app: App) -> dict[str, int]:
    """sku_count and order_count of `needed`."""

    def find() -> dict[str, int]:
        with app.database.read() as work:
            return store.needed_counts(work)

    return app.database.kept("skus_needed_count", find)


def preview(app: App, edits: Sequence[Edit], pairings: Sequence[Pairing] = ()) -> Saved:
    """What saving these would do; nothing is saved. Raises Problem as `save` does for pairs."""
    cells, faults = _cells(edits)
    if faults:
        return Saved(faults=tuple(faults))
    with app.database.rehearse() as work:
        return _change(app, work, cells, pairings, by="", at=app.now())


def save(app: App, edits: Sequence[Edit], pairings: Sequence[Pairing] = (), *, by: str) -> Saved:
    """Write the cells that changed and remember the pairs, all of it or none; drafts are weighed and priced anew.

    With a cell that cannot be taken nothing is saved; `faults` says which and why. Raises Problem: pair_blank,
    pair_itself, pair_quantity, pair_unknown, pair_of_pair, pair_is_base.
    """
    cells, faults = _cells(edits)
    if faults:
        return Saved(faults=tuple(faults))
    with app.database.write() as work:
        return _change(app, work, cells, pairings, by=by, at=app.now())


def pair(app: App, sku: str, known_sku: str, quantity: int = 1, *, by: str) -> Saved:
    """Remember that a SKU is so many of a known one (SKU 配对). Raises Problem as `save` does."""
    return save(app, [], [Pairing(sku.strip(), known_sku.strip(), quantity)], by=by)


def unpair(app: App, skus: Sequence[str], *, by: str) -> list[str]:
    """Forget pairs: what is not known of a SKU itself is needed again. Raises Problem('not_paired')."""
    now = app.now()
    with app.database.write() as work:
        known = store.of(work, skus)
        undone = store.unpair(work, skus, at=now)
        if not undone:
            raise Problem("not_paired", sku=", ".join(skus))
        store.reprice_drafts(work, by=by, on=now.date(), at=now)
        told = {sku: f"{known[sku]['paired_quantity']} × {known[sku]['paired_sku']}" for sku in undone}
        audit.record(work, "unpair", ", ".join(undone), by=by, at=now, pairs=told)
    return undone


def pairs(app: App) -> pd.DataFrame:
    """One row per paired SKU, the newest first: sku, paired_sku, paired_quantity, weight_g, paired_by, paired_at."""
    with app.database.read() as work:
        return store.pairs(work)


def say_no_goods(app: App, skus: Sequence[str], *, by: str) -> Saved:
    """Remember that SKUs are no goods (邮费, 补差价): they are in no parcel, and keep no order back any more.

    One that gets a weight later is goods again. Raises Problem: nothing_chosen, no_goods_weighed.
    """
    named = sorted({sku.strip() for sku in skus} - {""})
    if not named:
        raise Problem("nothing_chosen")
    now = app.now()
    with app.database.write() as work:
        goods = store.weighed(work, named)
        if goods:
            raise Problem("no_goods_weighed", sku=", ".join(goods))
        before = store.orders_with(work, named, now=now)
        said = store.say_no_goods(work, named, by=by, at=now)
        freed = store.free(work, (one for one, was_free in before.items() if not was_free), now=now)
        if said:
            audit.record(work, "say_no_goods", ", ".join(said), by=by, at=now, orders=len(freed))
    return Saved(skus=tuple(said), freed=tuple(freed))


def goods_again(app: App, skus: Sequence[str], *, by: str) -> list[str]:
    """Take back that SKUs are no goods: their orders wait for a weight again. Raises Problem('not_no_goods')."""
    now = app.now()
    with app.database.write() as work:
        undone = store.unsay_no_goods(work, skus)
        if not undone:
            raise Problem("not_no_goods", sku=", ".join(skus))
        audit.record(work, "goods_again", ", ".join(undone), by=by, at=now)
    return undone


def no_goods(app: App) -> pd.DataFrame:
    """One row per SKU that is said to be no goods, the newest first.

    Columns: sku, title (as orders have it), order_count (awaiting ones that hold it), is_weighed (it has a weight by
    now, and is goods), said_by, said_at.
    """
    with app.database.read() as work:
        return store.no_goods(work)


def pasted(text: str) -> tuple[list[Edit], list[Fault]]:
    """Cells out of rows somebody copied from a table, with headers or without.

    Without headers the columns are SKU, weight, Chinese and English declared name, declared value, cargo class, HS
    code. A fault names its row in `sku`. Raises Problem('paste_unreadable') for a text that is no table.
    """
    try:
        found = files.read_pasted(text)
    except sheets.NotReadable:
        raise Problem("paste_unreadable") from None
    problems = found.problems[["row_no", "column_name", "value", "code"]].itertuples(index=False, name=None)
    faults = [Fault(str(row_no), column, value, code) for row_no, column, value, code in problems]
    edits: list[Edit] = []
    for row in found.products.to_dict("records"):
        sku = str(row["sku"])
        edits += [
            Edit(sku, field, _as_written(field, row[field]))
            for field in FIELDS
            if not pd.isna(row[field]) and row[field] != ""
        ]
    return edits, faults


def packaging(app: App) -> pd.DataFrame:
    """One row per weight band of the contents: min_g, max_g, packaging_g."""
    with app.database.read() as work:
        return store.packaging(work)


def save_packaging(app: App, bands: pd.DataFrame, *, by: str) -> list[Repriced]:
    """Replace the packaging bands (min_g, max_g, packaging_g); returns the drafts that weigh something else now.

    Raises Problem: band_incomplete, band_reversed, band_overlaps, band_gap.
    """
    now = app.now()
    tidy = _bands(bands)
    with app.database.write() as work:
        store.set_packaging(work, tidy)
        audit.record(work, "packaging", f"{len(tidy)} bands", by=by, at=now, bands=tidy.values.tolist())
        return _repriced(work, by=by, at=now)


def preview_packaging(app: App, bands: pd.DataFrame) -> list[Repriced]:
    """The drafts that would weigh something else with these bands. Raises Problem as `save_packaging`."""
    tidy = _bands(bands)
    with app.database.rehearse() as work:
        store.set_packaging(work, tidy)
        return _repriced(work, by="", at=app.now())


def after_load(work: Work, *, by: str, at: datetime) -> None:
    """Drafts follow a product table that was loaded."""
    store.reprice_drafts(work, by=by, on=at.date(), at=at)


def _change(
    app: App,
    work: Work,
    cells: list[tuple[str, str, str | None]],
    pairings: Sequence[Pairing],
    *,
    by: str,
    at: datetime,
) -> Saved:
    skus = sorted({cell[0] for cell in cells} | {one.sku for one in pairings})
    known = store.of(work, skus)
    changed = [cell for cell in cells if _text_of(known.get(cell[0]), cell[1]) != cell[2]]
    before = store.orders_with(work, skus, now=at)
    if changed:
        store.edit(work, changed, at=at)
    _check_pairs(work, pairings)
    if pairings:
        store.pair(work, pairings, by=by, at=at)
    repriced = _repriced(work, by=by, at=at)
    after = store.orders_with(work, skus, now=at)
    freed = tuple(one for one, is_free in after.items() if is_free and not before.get(one, False))
    if changed or pairings:
        told = {f"{sku} {field}": [_text_of(known.get(sku), field), value] for sku, field, value in changed}
        paired = {one.sku: f"{one.quantity} × {one.known_sku}" for one in pairings}
        audit.record(
            work, "edit_products", f"{len(skus)} SKUs", by=by, at=at, cells=told, pairs=paired,
            drafts=[one.shipment_id for one in repriced],
        )  # fmt: skip
    return Saved(len(changed), tuple(skus), len(pairings), freed, tuple(repriced))


def _repriced(work: Work, *, by: str, at: datetime) -> list[Repriced]:
    return [Repriced(**row) for row in store.reprice_drafts(work, by=by, on=at.date(), at=at)]


def _cells(edits: Sequence[Edit]) -> tuple[list[tuple[str, str, str | None]], list[Fault]]:
    """The edits as the store keeps them, and those that cannot be taken. The last edit of a cell counts."""
    cells: dict[tuple[str, str], str | None] = {}
    faults = []
    for one in edits:
        sku = one.sku.strip()
        if not sku or len(sku) > domain.SKU_CHARACTERS:
            faults.append(Fault(sku, "sku", sku, "cell_sku", "1", str(domain.SKU_CHARACTERS)))
            continue
        try:
            cells[sku, one.field] = domain.stored(one.field, one.value)
        except BadCell as error:
            faults.append(Fault(sku, one.field, str(one.value), error.code, *domain.bounds(one.field)))
    return [(sku, field, value) for (sku, field), value in cells.items()], faults


def _text_of(row: dict[str, Any] | None, field: str) -> str | None:
    if row is None:
        return None
    value = row[field]
    return None if value is None else str(value)


def _as_written(field: str, value: Any) -> object:
    """A value out of a file as a person would type it into the cell."""
    return f"{int(value) / 100:.2f}" if FIELDS[field].kind is domain.Kind.MONEY else value


def _check_pairs(work: Work, pairings: Sequence[Pairing]) -> None:
    """Raise the first thing that is wrong with these pairs; a pair is followed one step only."""
    if not pairings:
        return
    known = store.of(work, [one.known_sku for one in pairings])
    bases = store.pair_bases(work, [one.sku for one in pairings])
    paired_now = {one.sku for one in pairings}
    for one in pairings:
        if not one.sku.strip() or not one.known_sku.strip():
            raise Problem("pair_blank")
        if one.sku == one.known_sku:
            raise Problem("pair_itself", sku=one.sku)
        least, most = PAIR_QUANTITY
        if not isinstance(one.quantity, int) or not least <= one.quantity <= most:
            raise Problem("pair_quantity", sku=one.sku, quantity=one.quantity, least=least, most=most)
        if one.known_sku not in known:
            raise Problem("pair_unknown", sku=one.sku, known_sku=one.known_sku)
        base = known[one.known_sku]["paired_sku"]
        if base is not None or one.known_sku in paired_now:
            raise Problem("pair_of_pair", sku=one.sku, known_sku=one.known_sku)
        if one.sku in bases:
            raise Problem("pair_is_base", sku=one.sku, paired=bases[one.sku])


def _pack_of(sku: str, known_sku: str) -> int:
    """How many of the known SKU a SKU says it is: `AB-1-3PCS` of `AB-1` is 3; else 1."""
    place = sku.lower().find(known_sku.lower())
    rest = sku[:place] + sku[place + len(known_sku) :]
    found = _PACK.fullmatch(rest)
    return int(found.group(1)) if found and int(found.group(1)) > 0 else 1


def _bands(bands: pd.DataFrame) -> pd.DataFrame:
    """Bands in order, whole grams, from 0 on without gap or overlap. Raises Problem."""
    columns = ["min_g", "max_g", "packaging_g"]
    filled = bands[columns].dropna(how="all")
    if filled.empty or filled.isna().any().any():
        raise Problem("band_incomplete")
    try:
        tidy = filled.astype("int64").sort_values("min_g").reset_index(drop=True)
    except (ValueError, TypeError):
        raise Problem("band_incomplete") from None
    expected = 0
    for least, most, packaging_g in tidy.itertuples(index=False, name=None):
        if least > most or packaging_g < 0:
            raise Problem("band_reversed", least=least, most=most)
        if least < expected:
            raise Problem("band_overlaps", least=least, most=most)
        if least > max(expected, 1):
            raise Problem("band_gap", least=expected, most=least - 1)
        expected = most + 1
    return tidy
