"""Printing: one file for any choice of labels, in runs; pages again; the pick list and the hand-over sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from os.path import basename
from pathlib import Path
from typing import Any

from lib.app import App
from lib.domain.printing import PREVIEW_PAGES, ParcelKind, PrintOrder, PrintSettings
from lib.domain.problems import Problem
from lib.files import labels as label_files
from lib.files import papers
from lib.services.batches import need
from lib.store import audit
from lib.store import printing as store
from lib.store import shipments as shipment_store
from lib.store.database import Work

#: A word or a line of a paper, by its code; the screens say it in the reader's language.
Words = Callable[..., str]


@dataclass(frozen=True)
class Choice:
    """What would be printed of chosen shipments, in the order of the pages."""

    rows: list[dict[str, Any]]  #: As of the query `printable`, those with a label file.
    missing: list[str]  #: Shipments whose label has not come yet.
    gone: list[str]  #: Shipments whose label file is gone from the data folder.
    stopped: list[str]  #: On the stop list: never printed.

    @property
    def kinds(self) -> dict[ParcelKind, int]:
        """How many labels of each kind of parcel."""
        found = [ParcelKind(row["kind"]) for row in self.rows]
        return {kind: found.count(kind) for kind in ParcelKind if kind in found}


@dataclass(frozen=True)
class Printed:
    """A print file, and what it holds."""

    pdf: bytes
    runs: list[int]  #: Numbers of its print runs.
    labels: int
    missing: list[str]  #: As of Choice.
    #: Left out, for they are on the stop list or are no more; the file's last page says so.
    stopped: list[str]


def choose(app: App, shipment_ids: Sequence[str], settings: PrintSettings) -> Choice:
    """What of these shipments can be printed, in the settings' order, and what cannot."""

    def read() -> list[dict[str, Any]]:
        with app.database.read() as work:
            return store.printable(work, shipment_ids, settings)

    found = app.database.kept(("printable", tuple(shipment_ids), settings.order, settings.divide), read)
    wanted = [row for row in found if row["kind"] in settings.kinds]
    stopped = [row["shipment_id"] for row in wanted if row["stopped"]]
    going = [row for row in wanted if not row["stopped"]]
    labelled = [row for row in going if row["path"]]
    folder = app.settings.data
    there = {path.name for batch in {row["batch_id"] for row in labelled} for path in _files(folder, batch)}
    rows = [row for row in labelled if basename(row["path"]) in there]
    kept = {row["shipment_id"] for row in rows}
    return Choice(
        rows=rows,
        missing=[row["shipment_id"] for row in going if not row["path"]],
        gone=[row["shipment_id"] for row in labelled if row["shipment_id"] not in kept],
        stopped=stopped,
    )


def of_batch(app: App, batch_id: str) -> list[str]:
    """The batch's living shipments in the list's order. Raises Problem('batch_unknown')."""
    with app.database.read() as work:
        need(work, batch_id)
        return shipment_store.ids_of_batch(work, batch_id)


def unprinted(app: App) -> list[dict[str, Any]]:
    """One dict (shipment_id, batch_id, shop_id) per ready shipment whose label stood in no print run, by batch."""
    with app.database.read() as work:
        return store.unprinted(work)


def print_labels(
    app: App,
    shipment_ids: Sequence[str],
    settings: PrintSettings,
    *,
    by: str,
    words: Words,
    name: str = "",
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Printed:
    """One PDF of these labels, of one batch or of several; each of its runs is recorded with its pages.

    `name`: what was chosen, a batch say. `on_progress`: told how many labels of how many are in the file.
    What is on the stop list or was voided is left out and named, on a last page too: it may have come there since the
    button was drawn, and who prints sees only the file. What has no label yet is left out and named.
    Raises Problem: no_labels, labels_missing (files that are gone).
    """
    chosen = choose(app, shipment_ids, settings)
    if chosen.gone:
        raise Problem("labels_missing", shipments=", ".join(chosen.gone))
    with app.database.read() as work:
        out = [
            row
            for row in store.unprintable(work, shipment_ids)
            if row["stamp"] is None or row["shipment_id"] in chosen.stopped
        ]
    left_out = [row["shipment_id"] for row in out]
    if not chosen.rows and out:
        return Printed(_leaf(settings.paper, out, words), [], 0, chosen.missing, left_out)
    if not chosen.rows:
        raise Problem("no_labels", batch_id=name)
    now, parts = app.now(), list(_divided(chosen.rows, settings))
    starts = [settings.start if not number else 0 for number in range(len(parts))]
    with app.database.write() as work:
        numbers = [
            store.add_run(work, part, settings, start=start, by=by, at=now)
            for part, start in zip(parts, starts, strict=True)
        ]
        of = sorted({row["batch_id"] for row in chosen.rows})
        for subject in [name or of[0]] if len(of) == 1 else of:
            audit.record(
                work, "print_labels", subject, by=by, at=now, labels=len(chosen.rows), paper=settings.paper,
                runs=numbers, sorted_by=settings.order,
            )  # fmt: skip
    # Recorded first: a number on a head page is a run that exists. A file that fails is printed again.
    runs = [
        label_files.Run(
            _paths(app, part),
            None if settings.run_size is None else _head(part, number, settings, by, app, words),
            start,
        )
        for part, number, start in zip(parts, numbers, starts, strict=True)
    ]
    total = len(chosen.rows)
    joined = _joined(runs, settings.paper, lambda done: on_progress(done, total))
    pdf = _and_leaf(joined, settings.paper, out, words)
    return Printed(pdf, numbers, len(chosen.rows), chosen.missing, left_out)


def preview(app: App, shipment_ids: Sequence[str], settings: PrintSettings) -> bytes:
    """The first PREVIEW_PAGES pages as they would be printed; nothing is recorded. Raises Problem('no_labels')."""
    chosen = choose(app, shipment_ids, settings)
    if not chosen.rows:
        raise Problem("no_labels", batch_id="")
    many = PREVIEW_PAGES * (4 if settings.paper == "a4" else 1) - settings.start
    return _joined([label_files.Run(_paths(app, chosen.rows[:many]), None, settings.start)], settings.paper)


def reprint(
    app: App, run_no: int, first: int, last: int, *, by: str, words: Words, start: int = 0
) -> Printed:
    """Pages of a run once more, in the run's order and on its paper; recorded as a reprint. Nothing is created.

    What was voided or stopped since is left out and named, on a last page too. Raises Problem: run_unknown,
    pages_unknown, labels_missing.
    """
    now = app.now()
    with app.database.write() as work:
        run = store.run(work, run_no)
        if run is None:
            raise Problem("run_unknown", run=run_no)
        found = store.pages(work, run_no, first, last)
        settings = PrintSettings(run["paper"], PrintOrder(run["sorted_by"] or PrintOrder.LIST))
        alive = store.printable(work, [row["shipment_id"] for row in found], settings)
        able = {row["shipment_id"] for row in alive if not row["stopped"]}
        rows = [row for row in found if row["shipment_id"] in able]
        if first > last or not found:
            raise Problem("pages_unknown", run=run_no, first=first, last=last)
        gone = [row["shipment_id"] for row in rows if not (app.settings.data / row["path"]).exists()]
        if gone:
            raise Problem("labels_missing", shipments=", ".join(gone))
        pages = {row["shipment_id"]: row["page_no"] for row in found}
        out = [
            row | {"page_no": pages[row["shipment_id"]]}
            for row in store.unprintable(work, [one for one in pages if one not in able])
        ]
        left_out = [row["shipment_id"] for row in out]
        if not rows:
            return Printed(_leaf(run["paper"], out, words), [], 0, [], left_out)
        number = store.add_run(work, rows, settings, start=start, by=by, at=now, reprint_of=run_no)
        audit.record(
            work,
            "reprint",
            rows[0]["batch_id"],
            by=by,
            at=now,
            run=run_no,
            first=first,
            last=last,
            labels=len(rows),
        )
    pdf = _joined([label_files.Run(_paths(app, rows), None, start)], run["paper"])
    pdf = _and_leaf(pdf, run["paper"], out, words)
    return Printed(pdf, [number], len(rows), [], left_out)


def reprint_one(app: App, shipment_id: str, *, by: str) -> bytes:
    """One label once more, as the platform made it; recorded. Raises Problem('no_labels'), ('labels_missing')."""
    if not choose(app, [shipment_id], PrintSettings()).rows:
        raise Problem("no_labels", batch_id=shipment_id)
    return print_labels(app, [shipment_id], PrintSettings(), by=by, words=str, name=shipment_id).pdf


def runs(app: App, batch_id: str) -> list[dict[str, Any]]:
    """One dict per print run with labels of the batch, the newest first, reprints too."""
    with app.database.read() as work:
        return store.runs(work, batch_id)


def pick_list(app: App, run_numbers: Sequence[int], *, words: Words) -> bytes:
    """What to fetch from which shelf for these runs, a list each, as one PDF. Raises Problem('run_unknown')."""
    sheets = [_pick_list(app, number, words) for number in run_numbers]
    return label_files.concatenate(sheets)


def picks(app: App, run_no: int) -> list[dict[str, Any]]:
    """One dict (shelf, sku, title, quantity, parcel_count) per SKU of a run, shelf by shelf."""
    with app.database.read() as work:
        return store.pick_list(work, [row["shipment_id"] for row in _all_pages(work, run_no)])


def handover_sheet(
    app: App, shipment_ids: Sequence[str], *, title: str, lines: Sequence[str], words: Words
) -> bytes:
    """The sheet a driver signs (交接单): every parcel with its numbers, totals by warehouse, room for two names."""
    with app.database.read() as work:
        rows = store.printable(work, shipment_ids, PrintSettings(order=PrintOrder.WAREHOUSE))
    columns = [
        papers.Column(words("no"), 14, number=True),
        papers.Column(words("tracking_number"), 44),
        papers.Column(words("lp_number"), 40),
        papers.Column(words("plan"), 44),
        papers.Column(words("country"), 20),
        papers.Column(words("weight"), 24, number=True),
    ]
    cells = [
        (number, row["tracking_number"], row["lp_number"], row["plan_id"], row["country"], row["weight_g"])
        for number, row in enumerate(rows, start=1)
    ]
    totals = [
        words(
            "warehouse_total",
            warehouse=name or "–",
            count=len(of),
            weight_g=sum(row["weight_g"] or 0 for row in of),
        )
        for name, of in (
            (name, list(of)) for name, of in groupby(rows, key=lambda row: row["warehouse_name"])
        )
    ]
    return papers.table(title, [*lines, *totals], columns, cells, ["", words("signatures")])


def _files(folder: Path, batch_id: str) -> Iterator[Path]:
    """A folder is listed once: asking for 10,000 files one by one takes a while."""
    where = folder / "labels" / batch_id
    return where.iterdir() if where.is_dir() else iter(())


def _paths(app: App, rows: Sequence[dict[str, Any]]) -> list[Path]:
    return [app.settings.data / row["path"] for row in rows]


def _joined(
    runs_: Sequence[label_files.Run], paper: str, on_label: Callable[[int], None] = lambda _done: None
) -> bytes:
    try:
        return label_files.join_runs(runs_, paper=paper, on_label=on_label)
    except label_files.NotALabel as error:
        raise Problem("label_broken", why=str(error)) from error


def _and_leaf(pdf: bytes, paper: str, out: Sequence[dict[str, Any]], words: Words) -> bytes:
    return label_files.concatenate([pdf, _leaf(paper, out, words)]) if out else pdf


def _leaf(paper: str, out: Sequence[dict[str, Any]], words: Words) -> bytes:
    """What is not in a file and why; `page_no` of a row: where it stood in the run that is printed again."""
    rows = [
        [
            *([words("left_out_page", page=row["page_no"])] if "page_no" in row else []),
            f"{row['tracking_number'] or '–'} · {row['order_id']}",
            words("left_out_why", state=row["state"], stamp=row["stamp"]),
        ]
        for row in out
    ]
    return papers.leaf(paper, words("left_out_title", count=len(out)), rows)


def _divided(rows: Sequence[dict[str, Any]], settings: PrintSettings) -> Iterator[list[dict[str, Any]]]:
    """Runs of at most run_size labels; none mixes kinds of parcels when they are divided."""
    kinds = groupby(rows, key=lambda row: row["kind"] if settings.divide else "")
    for of_kind in (list(of_kind) for _kind, of_kind in kinds):
        size = settings.run_size or len(of_kind)
        for begin in range(0, len(of_kind), size):
            yield of_kind[begin : begin + size]


def _head(
    rows: Sequence[dict[str, Any]], number: int, settings: PrintSettings, by: str, app: App, words: Words
) -> bytes:
    kinds = sorted({row["kind"] for row in rows}, key=list(ParcelKind).index)
    lines = [
        words("head_labels", count=len(rows)),
        words("head_order", order=settings.order),
        *(words("head_kind", kind=kind) for kind in kinds if settings.divide),
        words("head_first", number=rows[0]["tracking_number"], order_id=rows[0]["order_id"]),
        words("head_last", number=rows[-1]["tracking_number"], order_id=rows[-1]["order_id"]),
        words("head_batches", batches=", ".join(sorted({row["batch_id"] for row in rows})[:4])),
        words("head_by", who=by, at=app.now()),
    ]
    return papers.head(settings.paper, words("head_title", run=number), lines)


def _all_pages(work: Work, run_no: int) -> list[dict[str, Any]]:
    found = store.pages(work, run_no, 1, 1_000_000)
    if not found:
        raise Problem("run_unknown", run=run_no)
    return found


def _pick_list(app: App, run_no: int, words: Words) -> bytes:
    rows = picks(app, run_no)
    columns = [
        papers.Column(words("shelf"), 26),
        papers.Column(words("sku"), 48),
        papers.Column(words("product"), 72),
        papers.Column(words("pieces"), 20, number=True),
        papers.Column(words("parcels"), 20, number=True),
    ]
    cells = [
        (row["shelf"] or "–", row["sku"], row["title"], row["quantity"], row["parcel_count"]) for row in rows
    ]
    total = words("pick_total", skus=len(rows), pieces=sum(row["quantity"] for row in rows))
    return papers.table(words("pick_title", run=run_no), [total], columns, cells, [])
