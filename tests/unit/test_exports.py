"""What was a text stays a text in a spreadsheet, whatever it starts with."""

import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from lib.files import exports, sheets

DANGEROUS = [
    "=SUM(A1)",
    "+1",
    "-1",
    "@x",
    "\tx",
    "\rx",
    '=HYPERLINK("http://x")',
    "https://x.example",
    "8100000000000017",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_a_link_or_a_number_in_a_workbook(text: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(exports.xlsx(pd.DataFrame({"=note": [text]}), "Refused")))
    cell = book["Refused"]["A2"]
    assert (cell.data_type, cell.value.replace("_x000D_", "\r"), cell.hyperlink) == ("s", text, None)
    assert book["Refused"]["A1"].data_type == "s"


@pytest.mark.parametrize("text", DANGEROUS[:7])
def test_a_text_that_would_run_is_guarded_in_a_text_file(text: str) -> None:
    [line] = exports.csv(pd.DataFrame({"note": [text]})).decode("utf-8-sig").split("\r\n", 1)[1:]
    assert line.lstrip('"').startswith("'" + text[0])


def test_numbers_times_and_gaps_survive(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "minor": pd.Series([5890, None], dtype="Int64"),
            "note": ["plain", None],
            "at": [pd.Timestamp("2026-09-05 17:00", tz="UTC"), pd.NaT],
            "whole": [-1, 2],
        }
    )
    for path in (tmp_path / "out.xlsx", tmp_path / "out.csv"):
        content = exports.csv(frame) if path.suffix == ".csv" else exports.xlsx(frame)
        path.write_bytes(content)
        [sheet] = sheets.read(path)
        assert sheet.header == ("minor", "note", "at", "whole")
        first, second = sheet.rows.fillna("").to_numpy().tolist()
        assert first == ["5890", "plain", "2026-09-05 17:00:00 UTC", "-1"]
        assert second == ["", "", "", "2"]
