"""Labels: real PDFs of 100 × 150 mm with a scannable Code 128 of the tracking number."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from lib.sandbox.world import LogisticsOrder

SIZE = (100 * mm, 150 * mm)
#: Carries Latin, Cyrillic and Chinese without a font file.
FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def labels(orders: Sequence[LogisticsOrder]) -> bytes:
    """One PDF with a page per logistics order, in the order asked."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=SIZE, pageCompression=1)
    for order in orders:
        _page(canvas, order)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _page(canvas: Canvas, order: LogisticsOrder) -> None:
    canvas.setLineWidth(0.8)
    canvas.rect(3 * mm, 3 * mm, 94 * mm, 144 * mm)
    canvas.setFont("Helvetica-Bold", 15)
    canvas.drawString(6 * mm, 137 * mm, order.plan_id[:24])
    canvas.setFont("Helvetica", 8)
    canvas.drawRightString(94 * mm, 138 * mm, "SANDBOX - NOT A REAL LABEL")
    canvas.line(3 * mm, 133 * mm, 97 * mm, 133 * mm)
    _lines(canvas, _receiver(order), top=127, size=10)
    canvas.line(3 * mm, 90 * mm, 97 * mm, 90 * mm)
    barcode = Code128(order.tracking_number, barHeight=18 * mm, barWidth=0.42 * mm, humanReadable=False)
    barcode.drawOn(canvas, (100 * mm - barcode.width) / 2, 67 * mm)
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawCentredString(50 * mm, 60 * mm, order.tracking_number)
    canvas.setFont("Helvetica", 9)
    canvas.drawCentredString(50 * mm, 54 * mm, f"{order.lp_number}   {order.trade_order_id}")
    canvas.line(3 * mm, 50 * mm, 97 * mm, 50 * mm)
    goods = [
        f"{one['product_num']} x {one['category_en_desc']}  {one['product_weight']} kg"
        f"  USD {one['product_declare_amount']}"
        for one in order.goods[:6]
    ]
    _lines(canvas, ["CUSTOMS DECLARATION", *goods], top=45, size=8)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(6 * mm, 6 * mm, f"If undeliverable: {order.undeliverable_decision}")


def _receiver(order: LogisticsOrder) -> list[str]:
    one = order.receiver
    return [
        one.get("name", ""),
        *(one.get("street_address", "")[start : start + 44] for start in (0, 44)),
        f"{one.get('city', '')}  {one.get('post_code', '')}",
        f"{one.get('province', '')}  {one.get('country', '')}",
        one.get("mobile") or one.get("phone") or "",
    ]


def _lines(canvas: Canvas, lines: Sequence[str], *, top: int, size: int) -> None:
    canvas.setFont(FONT, size)
    for place, line in enumerate(line for line in lines if line.strip()):
        canvas.drawString(6 * mm, top * mm - place * size * 1.35, line[:60])
