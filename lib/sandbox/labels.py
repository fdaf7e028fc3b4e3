"""Labels: real PDFs of 100 × 150 mm with a scannable Code 128 of the tracking number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from textwrap import wrap

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from lib.files.drawing import draw as _text
from lib.files.drawing import width as _width
from lib.sandbox.records import LogisticsOrder

SIZE = (100 * mm, 150 * mm)
LEFT, WIDTH = 6 * mm, 88 * mm


def labels(orders: Sequence[LogisticsOrder]) -> bytes:
    """One PDF with a page per logistics order, in the order asked."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=SIZE, pageCompression=1)
    canvas.setTitle("Sandbox labels")
    for order in orders:
        _page(canvas, order)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _page(canvas: Canvas, order: LogisticsOrder) -> None:
    canvas.setLineWidth(0.8)
    canvas.rect(3 * mm, 3 * mm, 94 * mm, 144 * mm)
    _text(canvas, LEFT, 140 * mm, order.plan_id[:24], 12, bold=True)
    _text(canvas, LEFT, 135 * mm, "SANDBOX - NOT A REAL LABEL", 8)
    canvas.line(3 * mm, 133 * mm, 97 * mm, 133 * mm)
    _lines(canvas, _receiver(order), top=127, size=10, most=8)
    canvas.line(3 * mm, 90 * mm, 97 * mm, 90 * mm)
    barcode = Code128(order.tracking_number, barHeight=18 * mm, barWidth=0.42 * mm, humanReadable=False)
    barcode.drawOn(canvas, (100 * mm - barcode.width) / 2, 67 * mm)
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawCentredString(50 * mm, 60 * mm, order.tracking_number)
    canvas.setFont("Helvetica", 9)
    canvas.drawCentredString(50 * mm, 54 * mm, f"{order.lp_number}   {order.trade_order_id}")
    canvas.line(3 * mm, 50 * mm, 97 * mm, 50 * mm)
    _lines(canvas, _goods(order), top=45, size=8, most=9)
    _text(canvas, LEFT, 6 * mm, f"If undeliverable: {order.undeliverable_decision}", 8)


def _receiver(order: LogisticsOrder) -> list[str]:
    one = order.receiver
    street = " ".join(part for part in (one.get("street_address", ""), one.get("street", "")) if part)
    return [
        one.get("name", ""),
        street,
        f"{one.get('city', '')}  {one.get('post_code', '')}",
        f"{one.get('province', '')}  {one.get('country', '')}",
        one.get("mobile") or one.get("phone") or "",
    ]


def _goods(order: LogisticsOrder) -> list[str]:
    return [
        "CUSTOMS DECLARATION",
        *(
            f"{one['product_num']} x {one['category_en_desc']} {one['category_cn_desc']}"
            f"  {one['product_weight']} kg  USD {one['product_declare_amount']}"
            for one in order.goods[:8]
        ),
    ]


def _lines(canvas: Canvas, lines: Iterable[str], *, top: int, size: int, most: int) -> None:
    fitted = [part for line in lines if line.strip() for part in _fitted(line, size)]
    for place, line in enumerate(fitted[:most]):
        _text(canvas, LEFT, top * mm - place * size * 1.35, line, size)


def _fitted(line: str, size: int) -> list[str]:
    """Cut where the width of the label ends."""
    width = _width(line, size)
    if width <= WIDTH:
        return [line]
    return wrap(line, max(10, int(len(line) * WIDTH / width)), break_long_words=True)


def paper(code: str, title: str, lines: Sequence[str]) -> bytes:
    """A paper of a hand-over bag as a PDF: its code, and what is in it."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=SIZE, pageCompression=1)
    _text(canvas, LEFT, 140 * mm, f"{title} {code}", 12, bold=True)
    _text(canvas, LEFT, 135 * mm, "SANDBOX - NOT A REAL LABEL", 8)
    barcode = Code128(code, barHeight=18 * mm, barWidth=0.42 * mm, humanReadable=False)
    barcode.drawOn(canvas, (100 * mm - barcode.width) / 2, 112 * mm)
    _lines(canvas, lines, top=105, size=8, most=24)
    canvas.save()
    return buffer.getvalue()
