"""The notebook runs from the published data to its five findings, each with a plot."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from benchmarks import history
from lib.config import ROOT


# Jupyter's own parts warn of each other's.
@pytest.mark.filterwarnings("default")
def test_the_notebook_comes_to_five_findings_with_plots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = history.example(tmp_path / "data", 1000)
    monkeypatch.setenv("SHIPDESK_PUBLISH", str(published))
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebook = nbformat.read(ROOT / "notebooks" / "shipping_costs.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(ROOT / "notebooks")}}).execute()
    said, plots = "", 0
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            said += output.get("text", "")
            plots += "image/png" in output.get("data", {})
    assert re.findall(r"Finding (\d): ", said) == ["1", "2", "3", "4", "5"]
    assert plots == 5
    assert "nan" not in said
