"""Layouts: the forms in which sellers' files come, and how a sheet's is told."""

from lib.files.layouts.known import LAYOUTS
from lib.files.layouts.layout import Layout
from lib.files.layouts.products import PRODUCTS
from lib.files.layouts.recognition import Recognised, find, normal, recognise
from lib.files.layouts.seller_center import SELLER_CENTER

__all__ = ["LAYOUTS", "PRODUCTS", "SELLER_CENTER", "Layout", "Recognised", "find", "normal", "recognise"]
