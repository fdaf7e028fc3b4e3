"""Print files: page n is row n, whatever the order; runs, pages again, shelves; everything is recorded."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor

import pypdf
import pytest

from lib import texts
from lib.domain.printing import ParcelKind, PrintOrder, PrintSettings
from lib.domain.problems import Problem
from lib.services import batches, files, happenings, printing, shipments
from lib.ui import downloads
from lib.wording import paper_words
from tests.builders import a_product, a_products_cell, an_export_row, write_products
from tests.conftest import Desk

NUMBER = re.compile(r"\bL[A-Z]\d{9}CN\b")


@pytest.fixture
def shelves(empty_desk: Desk) -> Desk:
    """Six orders of all kinds of parcels, from three shelves."""
    shelved = write_products(
        empty_desk.folder / "shelves.csv",
        [a_product(sku, 货位=shelf) for sku, shelf in (("SKU-1", "C-03"), ("SKU-2", "A-01"), ("SKU-3", ""))],
    )
    files.load(empty_desk.app, [shelved], by="tester")
    contents = [
        [("SKU-1", 1)],
        [("SKU-2", 1)],
        [("SKU-1", 3)],
        [("SKU-1", 1), ("SKU-2", 2)],
        [("SKU-2", 1)],
        [("SKU-3", 1)],
    ]
    empty_desk.load([an_export_row(products=a_products_cell(*one)) for one in contents])
    return empty_desk


def labelled(desk: Desk) -> str:
    batch_id = desk.draft()
    desk.submit(batch_id)
    desk.work(batch_id)
    return batch_id


def printed(desk: Desk, batch_id: str, settings: PrintSettings) -> printing.Printed:
    wanted = printing.of_batch(desk.app, batch_id)
    return printing.print_labels(desk.app, wanted, settings, by="tester", words=paper_words, name=batch_id)


def numbers(pdf: bytes) -> list[list[str]]:
    """The tracking numbers on each page."""
    return [NUMBER.findall(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def flat(pdf: bytes) -> list[str]:
    return [number for page in numbers(pdf) for number in page]


def test_page_n_is_row_n_of_the_list(desk: Desk) -> None:
    batch_id = labelled(desk)
    listed = shipments.listing(desk.app, batch_id)["tracking_number"].tolist()
    assert numbers(printed(desk, batch_id, PrintSettings()).pdf) == [[number] for number in listed]
    assert flat(printed(desk, batch_id, PrintSettings("a6")).pdf) == listed
    sheets = numbers(printed(desk, batch_id, PrintSettings("a4", start=2)).pdf)
    assert [len(sheet) for sheet in sheets] == [2, 4, 4], "a sheet that was begun is used up"
    assert [one for sheet in sheets for one in sheet] == listed
    two = shipments.listing(desk.app, batch_id)["shipment_id"].tolist()[3:5]
    told: list[tuple[int, int]] = []
    chosen = printing.print_labels(
        desk.app, two, PrintSettings(), by="tester", words=paper_words,
        on_progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == [(1, 2), (2, 2)], "how far it is, label by label"
    assert flat(chosen.pdf) == listed[3:5]


@pytest.mark.parametrize("order", list(PrintOrder))
def test_every_order_is_the_one_that_is_stated(shelves: Desk, order: PrintOrder) -> None:
    batch_id = labelled(shelves)
    settings = PrintSettings(order=order)
    wanted = printing.of_batch(shelves.app, batch_id)
    rows = printing.choose(shelves.app, wanted, settings).rows
    assert flat(printed(shelves, batch_id, settings).pdf) == [row["tracking_number"] for row in rows]
    keys = {
        PrintOrder.LIST: ("position",),
        PrintOrder.WAREHOUSE: ("warehouse_name", "plan_id", "position"),
        PrintOrder.PLAN: ("plan_id", "position"),
        PrintOrder.SKU: ("sku", "unit_count", "position"),
        PrintOrder.PICK: ("shelf", "sku", "unit_count", "position"),
    }[order]
    found = [tuple("~" if row[key] is None else row[key] for key in keys) for row in rows]
    assert found == sorted(found)


def test_kinds_of_parcels_sort_and_divide_the_print(shelves: Desk) -> None:
    batch_id = labelled(shelves)
    settings = PrintSettings(run_size=2, divide=True)
    done = printed(shelves, batch_id, settings)
    assert len(done.runs) == 4, "four single ones in two runs, then one run of each other kind"
    wanted = printing.of_batch(shelves.app, batch_id)
    kinds = [row["kind"] for row in printing.choose(shelves.app, wanted, settings).rows]
    assert kinds == ["single"] * 4 + ["one_sku", "mixed"]
    only = printed(shelves, batch_id, PrintSettings(kinds=(ParcelKind.MIXED,)))
    assert only.labels == 1
    pages = numbers(done.pdf)
    assert [len(page) for page in pages] == [2, 1, 1, 2, 1, 1, 2, 1, 2, 1], (
        "a head page names its first and last"
    )
    assert pages[0] == [pages[1][0], pages[2][0]]


def test_a_range_of_a_run_is_printed_again_and_everything_is_recorded(desk: Desk) -> None:
    batch_id = labelled(desk)
    made = len(desk.logistics_orders())
    first = printed(desk, batch_id, PrintSettings("a4", run_size=4))
    run = first.runs[1]
    again = printing.reprint(desk.app, run, 2, 3, by="anna", words=paper_words)
    listed = shipments.listing(desk.app, batch_id)["tracking_number"].tolist()
    assert flat(again.pdf) == listed[5:7]
    assert len(desk.logistics_orders()) == made, "a reprint creates nothing"
    newest = printing.runs(desk.app, batch_id)[0]
    assert (newest["reprint_of"], newest["printed_by"], newest["label_count"]) == (run, "anna", 2)
    assert [row["label_count"] for row in printing.runs(desk.app, batch_id)] == [2, 2, 4, 4]
    with pytest.raises(Problem, match="pages_unknown"):
        printing.reprint(desk.app, run, 9, 12, by="anna", words=paper_words)
    with pytest.raises(Problem, match="run_unknown"):
        printing.reprint(desk.app, 999, 1, 1, by="anna", words=paper_words)


def test_a_file_says_itself_on_its_last_page_what_was_left_out_of_it(desk: Desk) -> None:
    app, batch_id = desk.app, labelled(desk)
    rows = shipments.listing(app, batch_id)
    wanted, listed = rows["shipment_id"].tolist(), rows["tracking_number"].tolist()
    [run] = printing.print_labels(app, wanted, PrintSettings("a6"), by="t", words=paper_words).runs
    shipments.void(app, listed[2], reason="torn", by="tester")
    with app.database.write() as work:
        work._cursor.execute(
            "update orders set status = 'IN_CANCEL' where order_id = ?", [rows["order_id"][4]]
        )
    again = printing.reprint(app, run, 2, 5, by="anna", words=paper_words)
    assert (again.labels, again.stopped) == (2, [wanted[2], wanted[4]])
    assert numbers(again.pdf) == [[listed[1]], [listed[3]], [listed[2], listed[4]]]
    last = pypdf.PdfReader(io.BytesIO(again.pdf)).pages[-1].extract_text()
    for said in ("Not in this file: 2", "Page 3", "Voided", "Page 5", "Buyer asked to cancel", "已作废"):
        assert said in last
    drawn_before = printing.print_labels(app, wanted, PrintSettings("a4"), by="t", words=paper_words)
    assert (drawn_before.labels, drawn_before.stopped) == (8, [wanted[2], wanted[4]])
    assert numbers(drawn_before.pdf)[-1] == [listed[2], listed[4]]
    alone = printing.reprint(app, run, 3, 3, by="anna", words=paper_words)
    assert (alone.labels, alone.runs, numbers(alone.pdf)) == (0, [], [[listed[2]]])
    with pytest.raises(Problem, match="no_labels"):
        printing.reprint_one(app, wanted[2], by="anna")
    assert paper_words("left_out_page", page=1) == "Page 1 · 第 1 页"


def test_labels_of_several_batches_go_into_one_file_and_stand_in_the_log_of_each(desk: Desk) -> None:
    ids = desk.order_ids()
    batches.discard(desk.app, desk.draft(ids[:1]), by="tester")
    first = desk.draft(ids[:3])
    for _ in range(7):
        batches.discard(desk.app, desk.draft(ids[3:4]), by="tester")
    second = desk.draft(ids[3:7])
    assert second < first, "the tenth of the day, by its letters before the second"
    for batch_id in (first, second):
        desk.submit(batch_id)
        desk.work(batch_id)
    new = printing.unprinted(desk.app)
    assert [row["batch_id"] for row in new] == [first] * 3 + [second] * 4
    ids = [row["shipment_id"] for row in new]
    done = printing.print_labels(desk.app, ids, PrintSettings("a4"), by="anna", words=paper_words)
    listed = [
        number for one in (first, second) for number in shipments.listing(desk.app, one)["tracking_number"]
    ]
    assert (flat(done.pdf), len(done.runs)) == (listed, 1)
    assert printing.unprinted(desk.app) == []
    for batch_id in (first, second):
        assert [row["print_run_id"] for row in printing.runs(desk.app, batch_id)] == done.runs
        assert happenings.audit_of(desk.app, batch_id)[0]["action"] == "print_labels"


def test_the_pick_list_sums_the_runs_skus_by_shelf(shelves: Desk) -> None:
    batch_id = labelled(shelves)
    done = printed(shelves, batch_id, PrintSettings(order=PrintOrder.PICK, run_size=300))
    picks = [
        (row["shelf"], row["sku"], row["quantity"], row["parcel_count"])
        for row in printing.picks(shelves.app, done.runs[0])
    ]
    assert picks == [("A-01", "SKU-2", 4, 3), ("A-01", "SKU-3", 1, 1), ("C-03", "SKU-1", 5, 3)]
    [page] = pypdf.PdfReader(io.BytesIO(printing.pick_list(shelves.app, done.runs, words=paper_words))).pages
    assert "Title of SKU-2" in page.extract_text()


def test_missing_labels_are_named_and_a_file_that_is_gone_stops_the_print(desk: Desk) -> None:
    batch_id = labelled(desk)
    listed = shipments.listing(desk.app, batch_id)
    with desk.app.database.write() as work:
        work._cursor.execute("delete from labels where shipment_id = ?", [listed["shipment_id"].iloc[3]])
    done = printed(desk, batch_id, PrintSettings())
    assert (done.labels, done.missing) == (9, [listed["shipment_id"].iloc[3]])
    (desk.app.settings.data / listed["label_path"].iloc[1]).unlink()
    with pytest.raises(Problem, match=listed["shipment_id"].iloc[1]):
        printed(desk, batch_id, PrintSettings())


def test_a_preview_shows_the_first_twenty_pages_and_records_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_id = labelled(desk)
    monkeypatch.setattr(printing, "PREVIEW_PAGES", 2)
    wanted = printing.of_batch(desk.app, batch_id)
    assert len(numbers(printing.preview(desk.app, wanted, PrintSettings()))) == 2
    sheets = numbers(printing.preview(desk.app, wanted, PrintSettings("a4", start=1)))
    assert [len(sheet) for sheet in sheets] == [3, 4]
    assert printing.runs(desk.app, batch_id) == []


def test_the_hand_over_sheet_names_every_parcel(desk: Desk) -> None:
    batch_id = labelled(desk)
    rows = shipments.listing(desk.app, batch_id)
    pdf = printing.handover_sheet(
        desk.app, rows["shipment_id"].tolist(), title="T", lines=["SF 1"], words=paper_words
    )
    assert sorted(flat(pdf)) == sorted(rows["tracking_number"])


def test_papers_made_in_a_thread_speak_the_language_of_the_page_that_offered_them(desk: Desk) -> None:
    batch_id = desk.draft(desk.order_ids()[:2])
    desk.submit(batch_id)
    desk.work(batch_id)
    ids = printing.of_batch(desk.app, batch_id)
    settings = PrintSettings(run_size=1)
    with texts.speak("zh_CN"):
        made = {
            "labels": downloads.spoken(
                lambda: printing.print_labels(desk.app, ids, settings, by="李", words=paper_words).pdf
            ),
            "sheet": downloads.spoken(
                lambda: printing.handover_sheet(
                    desk.app, ids, title=paper_words("handover_title", batch_id=batch_id), lines=[],
                    words=paper_words,
                )
            ),
            "picks": downloads.spoken(lambda: printing.pick_list(desk.app, [1], words=paper_words)),
        }  # fmt: skip
    with ThreadPoolExecutor(1) as elsewhere:  # It knows no session, as the threads that make downloads.
        said = {
            name: "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
            for name, pdf in zip(made, elsewhere.map(lambda make: make(), made.values()), strict=True)
        }
    assert "张面单" in said["labels"], "the head pages"
    assert "交接单" in said["sheet"]
    assert "拣货单" in said["picks"]
    assert not {
        word for word in ("labels", "Order:", "Hand-over", "Pick list") if word in "".join(said.values())
    }
