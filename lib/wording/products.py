"""Cells of the product table that cannot be taken: which, what stands there, what was expected."""

from __future__ import annotations

from lib.domain.products import Fault
from lib.texts import gettext as _
from lib.texts import later
from lib.wording.files import row_mending, row_problem

#: A field of a product → its word.
FIELDS = {
    "sku": later("SKU"),
    "title": later("Product"),
    "weight_g": later("Weight (g)"),
    "length_mm": later("Length (mm)"),
    "width_mm": later("Width (mm)"),
    "height_mm": later("Height (mm)"),
    "cargo_class": later("Kind of goods"),
    "declared_name_zh": later("Declared name (Chinese)"),
    "declared_name_en": later("Declared name (English)"),
    "declared_minor": later("Declared value (USD)"),
    "purchase_minor": later("Purchase cost (CNY)"),
    "hs_code": later("HS code"),
    "shelf": later("Shelf"),
    "packaging_g": later("Packaging (g)"),
}

#: The same, short enough for the head of a column.
COLUMNS = {
    "length_mm": later("L (mm)"),
    "width_mm": later("W (mm)"),
    "height_mm": later("H (mm)"),
    "cargo_class": later("Goods"),
    "declared_name_zh": later("Name, Chinese"),
    "declared_name_en": later("Name, English"),
    "declared_minor": later("Value (USD)"),
    "purchase_minor": later("Cost (CNY)"),
}

#: The code of a fault → what is wrong with the cell and what to write.
CELLS = {
    "cell_sku": later("A SKU has {least} to {most} characters. Write it as the orders have it."),
    "cell_not_a_number": later("“{value}” is no number. Write {least} to {most}, or leave it empty."),
    "cell_not_whole": later("“{value}” is not a whole number. Write {least} to {most}, or leave it empty."),
    "cell_out_of_range": later(
        "“{value}” is not within {least} to {most}. Check the unit, or leave it empty."
    ),
    "cell_too_fine": later("“{value}” has more than two decimals. Write an amount such as 4.50."),
    "cell_too_long": later("It has more than {most} characters. Shorten it."),
    "cell_cargo": later("“{value}” is no kind of goods. Choose one of the list."),
    "cell_hs": later("“{value}” is no HS code. Write {least} to {most} digits, or leave it empty."),
}


def product_field(field: str) -> str:
    """A field of a product; the header of a pasted column as it is."""
    return _(FIELDS[field]) if field in FIELDS else field


def product_column(field: str) -> str:
    """A field of a product, as the head of a column."""
    return _(COLUMNS[field]) if field in COLUMNS else product_field(field)


def fault_sentence(fault: Fault) -> str:
    """`SKU-1, Weight (g): “x” is no number. …`; for pasted rows the row's number stands for the SKU."""
    if fault.code in CELLS:
        why = _(CELLS[fault.code], value=fault.value, least=fault.least, most=fault.most)
        return f"{fault.sku or '–'}, {product_field(fault.field)}: {why}"
    why = f"{row_problem(fault.code)} {row_mending(fault.code)}"
    return _("Row {row}, {column}: {why}", row=fault.sku, column=product_field(fault.field) or "–", why=why)
