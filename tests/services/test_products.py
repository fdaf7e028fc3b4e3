"""Products: cells, pairs, packaging; SKUs that keep orders back, and orders that are free at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from lib.domain.orders import OrderFilter
from lib.domain.plans import Policy
from lib.domain.problems import Problem
from lib.domain.products import Edit, Pairing
from lib.sandbox import launch
from lib.services import batches, files, orders, products, shipments
from lib.store import audit
from lib.wording import fault_sentence
from tests.builders import a_product, a_products_cell, an_export_row, write_export, write_products
from tests.conftest import Desk, _desk, _loaded

WHOLE = "SKU-77\t250\t样品\tsample\t3.50\t普货\t950300"


def an_order(*skus: str) -> dict[str, str]:
    return an_export_row(products=a_products_cell(*((sku, 2) for sku in skus)))


@pytest.fixture(scope="module")
def with_waiting(with_products: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three orders that wait for SKU-77, one of them for SKU-88 too, and a plain one."""
    rows = [an_order("SKU-77"), an_order("SKU-77"), an_order("SKU-77", "SKU-88"), an_order("SKU-1")]
    folder = tmp_path_factory.mktemp("waiting")
    return _loaded(with_products, folder, write_export(folder / "orders.csv", rows))


@pytest.fixture
def waiting(sandbox: launch.Running, with_waiting: Path, tmp_path: Path) -> Iterator[Desk]:
    with _desk(sandbox, with_waiting, tmp_path) as desk:
        yield desk


def recorded(desk: Desk) -> list[str]:
    with desk.app.database.read() as work:
        return [row["action"] for row in audit.recent(work)]


def weight_of(desk: Desk, sku: str) -> int | None:
    with desk.app.database.read() as work:
        found = work._cursor.execute("select weight_g from units where sku = $sku", {"sku": sku}).fetchone()
    return found[0] if found else None


def test_needed_skus_come_with_how_many_orders_and_units_wait_most_first(waiting: Desk) -> None:
    rows = products.needed(waiting.app)
    assert rows[["sku", "order_count", "unit_count"]].values.tolist() == [["SKU-77", 3, 6], ["SKU-88", 1, 2]]
    assert rows["is_unknown"].all()
    assert products.needed_counts(waiting.app) == {"sku_count": 2, "order_count": 3}


def test_pasted_rows_free_their_orders_at_once(waiting: Desk) -> None:
    edits, faults = products.pasted(WHOLE + "\n\n")
    assert faults == []
    saved = products.save(waiting.app, edits, by="tester")
    assert len(saved.freed) == 2, "the third still waits for SKU-88"
    made = batches.create(waiting.app, saved.freed, by="tester")
    assert sorted(made.order_ids) == sorted(saved.freed)
    assert products.needed(waiting.app)["sku"].tolist() == ["SKU-88"]


@pytest.mark.parametrize(
    "text",
    [
        "SKU-77,250,样品,sample,3.50",
        "SKU\t重量(g)\t中文报关名\t英文报关名\t申报价值(USD)\nSKU-77\t250\t样品\tsample\t3.50",
    ],
)
def test_rows_are_pasted_with_and_without_headers(text: str) -> None:
    edits, faults = products.pasted(text)
    assert faults == []
    assert {(one.field, one.value) for one in edits} == {
        ("weight_g", 250),
        ("declared_name_zh", "样品"),
        ("declared_name_en", "sample"),
        ("declared_minor", "3.50"),
        ("cargo_class", "general"),
    } - ({("cargo_class", "general")} if "cargo_class" not in {one.field for one in edits} else set())


@pytest.mark.parametrize("text", ["", "  \n", "one"])
def test_what_is_no_table_is_not_pasted(text: str) -> None:
    with pytest.raises(Problem, match="paste_unreadable"):
        products.pasted(text)


def test_a_pasted_row_that_cannot_be_read_is_named_by_its_row(waiting: Desk) -> None:
    _edits, faults = products.pasted("SKU-77\theavy\nSKU-88\t100")
    assert [(one.sku, one.code, one.value) for one in faults] == [("1", "number_unreadable", "heavy")]


def test_a_bad_cell_is_named_and_nothing_is_saved(waiting: Desk) -> None:
    saved = products.save(
        waiting.app, [Edit("SKU-1", "weight_g", "heavy"), Edit("SKU-2", "weight_g", 5)], by="x"
    )
    assert [(one.sku, one.field, one.code) for one in saved.faults] == [
        ("SKU-1", "weight_g", "cell_not_a_number")
    ]
    assert fault_sentence(saved.faults[0]).startswith("SKU-1, Weight (g): “heavy” is no number.")
    assert weight_of(waiting, "SKU-2") == 120


def test_only_changed_cells_are_written_and_recorded(waiting: Desk) -> None:
    edits = [
        Edit("SKU-1", "weight_g", 120),
        Edit("SKU-1", "shelf", "B-7"),
        Edit("SKU-2", "declared_minor", 4.5),
    ]
    assert products.save(waiting.app, edits, by="tester").cells == 1
    assert products.save(waiting.app, edits, by="tester").cells == 0
    assert recorded(waiting).count("edit_products") == 1
    [row] = products.listing(waiting.app, "b-7").products.to_dict("records")
    assert (row["sku"], row["weight_g"], row["declared_minor"]) == ("SKU-1", 120, 450)


def test_an_emptied_cell_takes_away_what_stood_there(waiting: Desk) -> None:
    products.save(waiting.app, [Edit("SKU-1", "weight_g", None)], by="tester")
    assert weight_of(waiting, "SKU-1") is None
    assert "SKU-1" in products.needed(waiting.app)["sku"].tolist()


def test_a_pair_is_so_many_of_the_known_sku_and_can_be_undone(waiting: Desk) -> None:
    saved = products.pair(waiting.app, "SKU-77", "SKU-1", 3, by="tester")
    assert (saved.pairs, len(saved.freed), weight_of(waiting, "SKU-77")) == (1, 2, 360)
    products.save(waiting.app, [Edit("SKU-1", "weight_g", 200)], by="tester")
    assert weight_of(waiting, "SKU-77") == 600, "it follows the known one"
    products.pair(waiting.app, "SKU-77", "SKU-2", 1, by="tester")
    assert products.pairs(waiting.app)[["sku", "paired_sku", "paired_quantity"]].values.tolist() == [
        ["SKU-77", "SKU-2", 1]
    ]
    products.unpair(waiting.app, ["SKU-77"], by="tester")
    assert products.needed(waiting.app)["is_unknown"].tolist() == [True, True], "unknown again"
    assert {"edit_products", "unpair"} <= set(recorded(waiting))


def test_a_pair_that_leads_nowhere_is_refused(waiting: Desk) -> None:
    products.pair(waiting.app, "SKU-9", "SKU-8", by="tester")
    for sku, known, quantity, code in (
        ("SKU-77", "SKU-77", 1, "pair_itself"),
        ("SKU-77", "SKU-1", 0, "pair_quantity"),
        ("SKU-77", "SKU-1", -2, "pair_quantity"),
        ("SKU-77", "SKU-1", 1000, "pair_quantity"),
        ("SKU-77", "nowhere", 1, "pair_unknown"),
        ("SKU-77", "SKU-9", 1, "pair_of_pair"),
        ("SKU-8", "SKU-1", 1, "pair_is_base"),
        ("SKU-8", "SKU-9", 1, "pair_of_pair"),
    ):
        with pytest.raises(Problem, match=code):
            products.pair(waiting.app, sku, known, quantity, by="tester")
    assert len(products.pairs(waiting.app)) == 1


def test_two_pairs_at_once_make_no_chain(waiting: Desk) -> None:
    both = [Pairing("SKU-77", "SKU-8"), Pairing("SKU-8", "SKU-77")]
    with pytest.raises(Problem, match=r"pair_unknown|pair_of_pair"):
        products.save(waiting.app, [], both, by="tester")
    assert products.pairs(waiting.app).empty


def test_a_pair_that_is_not_there_cannot_be_undone(waiting: Desk) -> None:
    with pytest.raises(Problem, match="not_paired"):
        products.unpair(waiting.app, ["SKU-1"], by="tester")


@pytest.mark.parametrize(
    ("sku", "suggestion"),
    [("SKU-1-3PCS", ("SKU-1", 3)), ("sku-1 x2", ("SKU-1", 2)), ("XSKU-1", None), ("OTHER-5", None)],
)
def test_a_pair_is_suggested_from_a_text_that_is_alike_and_never_made(
    empty_desk: Desk, sku: str, suggestion: tuple[str, int] | None
) -> None:
    empty_desk.load([an_order(sku)])
    [row] = products.needed(empty_desk.app).to_dict("records")
    found = None if pd.isna(row["known_sku"]) else (row["known_sku"], row["known_quantity"])
    assert found == suggestion
    assert products.pairs(empty_desk.app).empty


def test_a_change_shows_first_what_it_does_to_drafts_and_changes_nothing(desk: Desk) -> None:
    batch_id = desk.draft(policy=Policy.CHEAPEST)
    before = shipments.listing(desk.app, batch_id)
    seen = products.preview(desk.app, [Edit("SKU-1", "weight_g", 900)])
    assert seen.moves_prices
    assert len(seen.repriced) == 10
    assert {one.old_weight_g for one in seen.repriced} == {135}
    assert all(one.fee_minor is None or one.fee_minor > one.old_fee_minor for one in seen.repriced)
    after = shipments.listing(desk.app, batch_id)
    pd.testing.assert_frame_equal(before, after)
    assert weight_of(desk, "SKU-1") == 120


def test_a_saved_change_weighs_and_prices_drafts_anew(desk: Desk) -> None:
    batch_id = desk.draft(policy=Policy.CHEAPEST)
    seen = products.preview(desk.app, [Edit("SKU-1", "weight_g", 900)])
    saved = products.save(desk.app, [Edit("SKU-1", "weight_g", 900)], by="tester")
    assert saved.repriced == seen.repriced
    rows = shipments.listing(desk.app, batch_id).set_index("shipment_id")
    for one in saved.repriced:
        assert rows.loc[one.shipment_id, "weight_g"] == one.weight_g == 945
        assert rows.loc[one.shipment_id, "fee_minor"] == one.fee_minor


def test_a_draft_its_plan_cannot_carry_any_more_needs_another_one(desk: Desk) -> None:
    batch_id = desk.draft(policy=Policy.CHEAPEST)
    saved = products.save(desk.app, [Edit("SKU-1", "weight_g", 5_000)], by="tester")
    assert all(one.fee_minor is None for one in saved.repriced)
    assert shipments.listing(desk.app, batch_id)["plan_id"].isna().all()


def test_a_change_of_names_moves_no_price(desk: Desk) -> None:
    desk.draft(policy=Policy.CHEAPEST)
    assert not products.preview(desk.app, [Edit("SKU-1", "shelf", "Z-9")]).moves_prices


def test_packaging_of_a_product_goes_before_the_band(waiting: Desk) -> None:
    def weight() -> int:
        return int(orders.pending(waiting.app, OrderFilter(blocked=False)).orders["weight_g"].iloc[0])

    assert weight() == 240 + 15
    products.save(waiting.app, [Edit("SKU-1", "packaging_g", 60)], by="tester")
    assert weight() == 240 + 60


def test_packaging_is_loaded_from_a_file_as_a_whole(waiting: Desk, tmp_path: Path) -> None:
    headers = ("净重从(g)", "净重到(g)", "包材重(g)")
    good = [dict(zip(headers, row, strict=True)) for row in (("0", "500", "40"), ("501", "1,000,000", "90g"))]
    report = files.load(waiting.app, [write_export(tmp_path / "p.csv", good, headers)], by="tester")
    [file] = report.files
    assert (file.layout, file.read, file.loaded, file.updated, file.refused) == ("packaging", 2, 0, 2, 0)
    assert products.packaging(waiting.app).values.tolist() == [[0, 500, 40], [501, 1_000_000, 90]]
    again = files.load(waiting.app, [tmp_path / "p.csv"], by="tester").files[0]
    assert (again.unchanged, again.loaded, again.updated) == (2, 0, 0)
    gap = [
        dict(zip(headers, row, strict=True))
        for row in (("0", "100", "8"), ("200", "900", "9"), ("901", "x", "1"))
    ]
    report = files.load(waiting.app, [write_export(tmp_path / "q.csv", gap, headers)], by="tester")
    assert {one.code for one in report.problems} == {"band_beside_fault", "band_gap", "number_unreadable"}
    assert len(products.packaging(waiting.app)) == 2, "nothing of it was taken"


def test_bands_with_a_hole_are_refused(waiting: Desk) -> None:
    for bands, code in (
        ([[0, 100, 8], [90, 200, 9]], "band_overlaps"),
        ([[0, 100, 8], [110, 200, 9]], "band_gap"),
        ([[5, 100, 8]], "band_gap"),
        ([[0, 100, -1]], "band_reversed"),
        ([[0, 100, None]], "band_incomplete"),
        ([], "band_incomplete"),
    ):
        frame = pd.DataFrame(bands, columns=["min_g", "max_g", "packaging_g"], dtype="Int64")
        with pytest.raises(Problem, match=code):
            products.save_packaging(waiting.app, frame, by="tester")
    assert len(products.packaging(waiting.app)) == 8


def test_a_product_table_brings_packaging_and_drafts_follow_it(desk: Desk, tmp_path: Path) -> None:
    batch_id = desk.draft(policy=Policy.CHEAPEST)
    path = write_products(tmp_path / "p.csv", [a_product("SKU-1", **{"重量(g)": "300"})])
    files.load(desk.app, [path], by="tester")
    assert set(shipments.listing(desk.app, batch_id)["weight_g"]) == {300 + 25}


@pytest.mark.parametrize("first", ["products", "packaging"])
def test_packaging_may_stand_beside_the_products_in_their_workbook(
    empty_desk: Desk, tmp_path: Path, first: str
) -> None:
    book = openpyxl.Workbook()
    rules, goods = book.create_sheet("包材"), book.create_sheet("商品")
    for row in (["净重从(g)", "净重到(g)", "包材重(g)"], [0, 400, 30], [401, 2_000_000, 70], ["x", 5, 5]):
        rules.append(row)
    for row in (["SKU", "重量(g)"], ["TWO-SHEETS", 120], ["NO-WEIGHT", "heavy"]):
        goods.append(row)
    book.move_sheet(goods, -1 if first == "products" else 0)
    book.save(tmp_path / "goods.xlsx")
    report = files.load(empty_desk.app, [tmp_path / "goods.xlsx"], by="tester")
    by_kind = {file.kind: file for file in report.files}
    assert next(file.kind for file in report.files) == first
    assert {kind: (one.sheet, one.read, one.refused) for kind, one in by_kind.items()} == {
        "products": ("商品", 2, 1),
        "packaging": ("包材", 3, 3),
    }
    assert all(one.read == one.loaded + one.updated + one.unchanged + one.refused for one in report.files)
    rules.delete_rows(4)
    book.save(tmp_path / "goods.xlsx")
    report = files.load(empty_desk.app, [tmp_path / "goods.xlsx"], by="tester")
    assert all(file.refused == (file.kind == "products") for file in report.files)
    assert products.packaging(empty_desk.app).values.tolist() == [[0, 400, 30], [401, 2_000_000, 70]]
    only = files.load(empty_desk.app, [tmp_path / "goods.xlsx"], by="tester", kind="products")
    assert [file.kind for file in only.files] == ["products"], "whoever says what a file holds gets that"


def test_ten_thousand_products_are_searched_and_paged(empty_desk: Desk, tmp_path: Path) -> None:
    path = write_products(tmp_path / "p.csv", [a_product(f"BIG-{n:05d}") for n in range(10_000)])
    files.load(empty_desk.app, [path], by="tester")
    page = products.listing(empty_desk.app, "big-0999", page=99)
    assert (page.product_count, page.page, page.page_count) == (10, 1, 1)
    everything = products.listing(empty_desk.app, page=50)
    assert (len(everything.products), everything.page_count) == (100, 101)


def test_a_sku_that_is_no_goods_keeps_no_order_back_and_is_in_no_parcel(waiting: Desk) -> None:
    app = waiting.app
    products.save(app, products.pasted(WHOLE)[0], by="ann")
    both = next(
        row["order_id"] for row in orders.findings(app, waiting.order_ids()) if row["value"] == "SKU-88"
    )
    saved = products.say_no_goods(app, [" SKU-88 "], by="ann")
    assert (saved.skus, saved.freed) == (("SKU-88",), (both,))
    assert products.needed(app).empty
    assert orders.findings(app, [both]) == []
    made = batches.create(app, [both], by="ann")
    [parcel] = shipments.listing(app, made.batch_id).to_dict("records")
    packed = shipments.detail(app, parcel["shipment_id"])
    assert [line["sku"] for line in packed["contents"]] == ["SKU-77"]
    assert packed["weight_g"] > 500
    with app.database.write() as work:
        work._cursor.execute("update shipments set state = 'handed_over', declare_wanted_at = now()")
        [due] = work.rows("dispatch_undeclared", now_at=app.now(), batch_id=made.batch_id, lot=9)
    assert due["everything"], "the platform hears that all of the order went out"
    [row] = products.no_goods(app).to_dict("records")
    assert (row["sku"], row["order_count"], row["said_by"]) == ("SKU-88", 1, "ann")
    assert "say_no_goods" in recorded(waiting)


def test_that_a_sku_is_no_goods_can_be_taken_back_and_a_weight_takes_it_back_too(waiting: Desk) -> None:
    app = waiting.app
    products.say_no_goods(app, ["SKU-77"], by="ann")
    assert products.needed(app)["sku"].tolist() == ["SKU-88"]
    assert products.goods_again(app, ["SKU-77"], by="ann") == ["SKU-77"]
    assert products.needed(app)["sku"].tolist() == ["SKU-77", "SKU-88"]
    with pytest.raises(Problem, match="not_no_goods"):
        products.goods_again(app, ["SKU-77"], by="ann")
    with pytest.raises(Problem, match="no_goods_weighed"):
        products.say_no_goods(app, ["SKU-1"], by="ann")
    with pytest.raises(Problem, match="nothing_chosen"):
        products.say_no_goods(app, [" "], by="ann")
    products.say_no_goods(app, ["SKU-77"], by="ann")
    products.save(app, products.pasted(WHOLE)[0], by="ann")
    assert products.no_goods(app)["is_weighed"].tolist() == [True]
    [first, *_more] = [row for row in waiting.order_ids() if not orders.findings(app, [row])]
    assert orders.detail(app, first)["lines"][0]["left_quantity"] == 2, "goods are never left out of a parcel"


def test_an_order_of_which_nothing_is_goods_is_kept_back_and_says_so(waiting: Desk) -> None:
    app = waiting.app
    products.say_no_goods(app, ["SKU-77"], by="ann")
    blocked = {row["code"] for row in orders.findings(app, waiting.order_ids())}
    assert blocked == {"unknown_sku", "nothing_to_ship"}
    assert orders.counts(app)["placed"] == 0
