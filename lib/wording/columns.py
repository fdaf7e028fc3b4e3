"""What the columns of files are called where a person chooses among them."""

from __future__ import annotations

from lib.texts import gettext as _
from lib.texts import later

#: Our name of a column → what it is called.
COLUMNS = {
    "order_id": later("Order number"),
    "status": later("State of the order"),
    "buyer_name": later("Buyer's name"),
    "ordered_at": later("Ordered on"),
    "paid_at": later("Paid on"),
    "shipped_at": later("Shipped on"),
    "received_at": later("Received on"),
    "ship_by_at": later("Ship-by deadline"),
    "contents": later("Products"),
    "goods": later("Goods total"),
    "shipping": later("Shipping paid by the buyer"),
    "total": later("Order total"),
    "currency": later("Currency"),
    "note": later("Note"),
    "receiver": later("Receiver's name"),
    "name": later("Receiver"),
    "country_code": later("Country as two letters"),
    "country": later("Country"),
    "province": later("State or province"),
    "city": later("City"),
    "address": later("Street address"),
    "address_1": later("Address, first part"),
    "address_2": later("Address, second part"),
    "house_number": later("House number"),
    "postcode": later("Postcode"),
    "phone": later("Phone"),
    "mobile": later("Mobile phone"),
    "tax_number": later("Receiver's tax number"),
    "buyer_service": later("Service the buyer chose"),
    "carrier": later("Carrier"),
    "waybill": later("Tracking number"),
    "waybills": later("Carrier:number in one cell"),
    "business_mode": later("Business mode"),
    "sku": later("SKU"),
    "quantity": later("Quantity"),
    "sku_quantities": later("SKU*quantity in one cell"),
    "products": later("Products cell of the Seller Center"),
    "title": later("Product name"),
    "attributes": later("Attributes"),
    "unit": later("Unit of the quantity"),
    "weighed": later("Weighed weight"),
    "is_merged": later("Merged with other orders"),
    "is_resent": later("Sent again"),
    "weight_g": later("Weight of one (g)"),
    "length_mm": later("Length (mm)"),
    "width_mm": later("Width (mm)"),
    "height_mm": later("Height (mm)"),
    "cargo_class": later("Kind of goods"),
    "declared_name_zh": later("Declared name, Chinese"),
    "declared_name_en": later("Declared name, English"),
    "declared_value": later("Declared value (USD)"),
    "purchase_cost": later("Purchase cost (CNY)"),
    "declared_minor": later("Declared value (cents)"),
    "purchase_minor": later("Purchase cost (fen)"),
    "hs_code": later("HS code"),
    "shelf": later("Shelf"),
}


def column_label(name: str) -> str:
    """What a column of ours is called."""
    return _(COLUMNS[name]) if name in COLUMNS else name
