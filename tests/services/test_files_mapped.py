"""Bills and rate cards of any form, by a mapping that a person made and kept under a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from lib.app import App
from lib.config import Settings
from lib.domain.problems import Problem
from lib.services import bills, files, rates
from lib.services.files import FileReport, Options, Table, TableMapping, Wishes
from lib.store.database import Database
from lib.wording import unreadable_sentence
from tests.builders import write_export

BILL = ("Parcel", "Invoice date", "Charge", "Net", "Chargeable weight (kg)")
CARD = ("Service", "Destination", "From kg", "To kg", "CNY per kg", "Per item", "Remark")
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
def app(store: Database, tmp_path: Path) -> App:
    return App(Settings(data=tmp_path / "data"), store, now=lambda: NOW)


def a_charge(**over: str) -> dict[str, str]:
    row = {"Parcel": "RX100000001CN", "Invoice date": "20/11/2026", "Charge": "freight", "Net": "12.34"}
    return row | {"Chargeable weight (kg)": "0.25"} | over


def a_price(low: str, high: str, per_kg: str = "70", **over: str) -> dict[str, str]:
    row = {"Service": "CPAM", "Destination": "Ireland", "From kg": low, "To kg": high, "CNY per kg": per_kg}
    return row | {"Per item": "15", "Remark": "x"} | over


def opened(path: Path) -> Table:
    [table] = files.open_table(path.name, path.read_bytes())
    return table


def load(app: App, path: Path, **said: str) -> FileReport:
    [file] = files.load(app, [path], by="ann", wishes=Wishes(**said)).files
    assert file.read == file.loaded + file.updated + file.unchanged + file.refused
    return file


def test_of_two_sheets_with_the_same_columns_the_chosen_one_is_loaded(app: App, tmp_path: Path) -> None:
    path = tmp_path / "carrier.xlsx"
    with pd.ExcelWriter(path) as book:
        for sheet, number in (("October", "RX100000010CN"), ("November", "RX100000011CN")):
            pd.DataFrame([a_charge(Parcel=number)]).to_excel(book, sheet_name=sheet, index=False)
    tables = files.open_table(path.name, path.read_bytes())
    files.save_mapping(app, replace(files.propose(tables[1]), name="carrier"), by="ann")
    assert load(app, path, mapping="carrier", sheet="November").sheet == "November"
    report = load(app, path, mapping="carrier", sheet="May")
    assert report.error_code == "sheet_missing"
    assert unreadable_sentence(report.error_code, **report.error_args).endswith("it has: October, November.")


def test_a_bill_of_another_form_is_guessed_at_previewed_saved_and_known_the_next_time(
    app: App, tmp_path: Path
) -> None:
    rows = [a_charge(Parcel=f"RX1000000{place:02}CN") for place in range(25)]
    rows[1] |= {"Net": "a lot"}
    rows[2] |= {"Net": "$5.00", "Charge": "compensation"}
    path = write_export(tmp_path / "carrier.csv", rows, BILL)
    assert load(app, path).error_code == "unknown_layout"
    table = opened(path)
    proposed = files.propose(table)
    assert (proposed.kind, proposed.options.date_order) == ("bills", "dmy")
    assert proposed.columns == dict(
        zip(("number", "charged_on", "kind", "amount", "billed_kg"), BILL, strict=True)
    )
    assert files.preview(app, table, proposed).rows["code"][0] == "currency_blank"

    mapping = replace(proposed, name="carrier", options=replace(proposed.options, currency="CNY"))
    preview = files.preview(app, table, mapping)
    assert (len(preview.rows), preview.loadable, preview.refused) == (20, 19, 1)
    assert list(preview.rows["code"][:3]) == ["", "bill_amount_unreadable", ""]
    assert list(preview.rows["amount"][[0, 2]]) == ["12.34 CNY", "-5.00 USD"], (
        "what an amount says comes first"
    )
    assert bills.lines(app).empty, "nothing is kept of a preview"

    files.save_mapping(app, mapping, by="ann")
    assert files.taught(app)[0] == mapping
    report = load(app, path)
    assert (report.layout, report.loaded, report.refused) == ("mapping:carrier", 24, 1)
    assert load(app, path, mapping="carrier").unchanged == 24
    kept = bills.lines(app).sort_values("number").iloc[0]
    assert (kept["charged_on"].date().isoformat(), kept["billed_g"], kept["amount_minor"]) == (
        "2026-11-20", 250, 1234,
    )  # fmt: skip


def test_a_card_of_another_form_is_read_in_its_units_with_what_its_rows_do_not_say(
    app: App, tmp_path: Path
) -> None:
    rows = [a_price("0", "0.1", "80"), a_price("0.1", "0.3"), a_price("0.3", "2", "60.5")]
    path = write_export(tmp_path / "list.csv", rows, CARD[1:])
    table = opened(path)
    proposed = files.propose(table)
    assert proposed.kind == "rates"
    assert proposed.columns == dict(
        zip(("country", "min_g", "max_g", "per_kg", "item_fee", "note"), CARD[1:], strict=True)
    )
    assert (proposed.options.weight_unit, proposed.options.touching) == ("kg", True)
    assert files.lacking(proposed) == ["plan", "currency"]

    mapping = replace(proposed, name="list", options=replace(proposed.options, plan="CPAM", currency="CNY"))
    assert files.lacking(mapping) == []
    preview = files.preview(app, table, mapping)
    assert (preview.loadable, preview.refused) == (3, 0)
    assert list(preview.rows["tier"]) == ["1–100 g", "101–300 g", "301–2000 g"]
    assert list(preview.rows["per_kg"]) == ["80.0000 CNY", "70.0000 CNY", "60.5000 CNY"]
    assert list(preview.rows["plan"]) == ["CPAM"] * 3

    files.save_mapping(app, mapping, by="ann")
    report = load(app, path, mapping="list")
    assert (report.layout, report.loaded, report.refused) == ("mapping:list", 3, 0)
    [draft] = [card for card in rates.cards(app) if card["state"] == "draft"]
    assert (draft["plan_id"], draft["currency"]) == ("CPAM", "CNY")


def test_a_card_with_one_wrong_row_is_refused_whole_by_a_mapping_too_and_the_preview_says_so(
    app: App, tmp_path: Path
) -> None:
    path = write_export(tmp_path / "list.csv", [a_price("0", "0.1"), a_price("0.2", "0.3")], CARD)
    mapping = replace(files.propose(opened(path)), name="list")
    assert mapping.columns["plan"] == "Service"
    mapping = replace(mapping, options=replace(mapping.options, currency="CNY"))
    preview = files.preview(app, opened(path), mapping)
    assert (preview.loadable, sorted(preview.rows["code"])) == (0, ["rates_refused_whole", "tiers_gap"])
    files.save_mapping(app, mapping, by="ann")
    assert load(app, path, mapping="list").refused == 2


@pytest.mark.parametrize(
    ("kind", "columns", "options", "lacking"),
    [
        ("bills", {"number": "A", "amount": "B"}, Options(), ["charged_on"]),
        ("rates", {"country": "A", "min_g": "B", "max_g": "C"}, Options(plan="CPAM"), ["currency", "per_kg"]),
        (
            "rates",
            {"plan": "P", "country": "A", "min_g": "B", "max_g": "C", "currency": "D", "first_fee": "E"},
            Options(),
            ["first_g", "step_g", "step_fee"],
        ),
    ],
)
def test_a_mapping_says_what_a_bill_or_a_card_needs(
    app: App, kind: str, columns: dict[str, str], options: Options, lacking: list[str]
) -> None:
    mapping = TableMapping("x", kind, tuple("ABCDEP"), columns, options)
    assert files.lacking(mapping) == lacking
    with pytest.raises(Problem) as caught:
        files.save_mapping(app, mapping, by="ann")
    assert caught.value.code == "mapping_lacks"
