"""The products cell of an order export: several products in one text."""

from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.files import layouts, sheets
from lib.files.orders import OrderTables, parse

COUNTRIES = pd.DataFrame({"name": ["Ireland"], "country": ["IE"]})


def read(*cells: str) -> OrderTables:
    """Orders with these products cells, numbered from 1."""
    rows = pd.DataFrame([(str(number), "Ireland", cell) for number, cell in enumerate(cells, start=1)])
    sheet = sheets.Sheet("file.csv", "", ("订单号", "收货国家", "产品信息"), rows.astype("str"))
    return parse(layouts.recognise(sheet), zone="UTC", countries=COUNTRIES)


def lines(cell: str) -> list[dict[str, Any]]:
    return lines_of(cell)[0]


def lines_of(*cells: str) -> list[list[dict[str, Any]]]:
    """The lines of each cell."""
    found = read(*cells)
    assert found.problems.empty
    by_order = found.lines.sort_values("line_no").groupby("order_id")
    return [
        by_order.get_group(str(number)).drop(columns="order_id").to_dict("records")
        for number in range(1, len(cells) + 1)
    ]


WHOLE = (
    "【1】Cup, blue\n(产品属性:Color:Red、Size:M)\n(商家编码:SKU-123)\n(产品数量:2 piece)\n"
    "(物流等级&买家选择物流:AliExpress Standard Shipping)\n"
    "【2】Plate\n(商家编码:P-7)\n(产品数量:1 lot)"
)


def test_blocks_become_lines_whatever_the_line_ends() -> None:
    told = [
        {
            "line_no": 1,
            "sku": "SKU-123",
            "title": "Cup, blue",
            "attributes": "Color:Red、Size:M",
            "quantity": 2,
            "unit": "piece",
        },
        {"line_no": 2, "sku": "P-7", "title": "Plate", "attributes": "", "quantity": 1, "unit": "lot"},
    ]
    assert lines_of(*(WHOLE.replace("\n", line_end) for line_end in ("\n", "\r\n", "\r"))) == [told] * 3


def test_a_title_may_hold_brackets_quotes_and_numbers() -> None:
    titles = [
        "Cup (blue), 【hot】 “best” 2 piece",
        "Cup 【2】 in the middle",
        "(new) cup",
        'Cup\'s "quoted", =SUM(A1)',
        "产品数量 cup",
    ]
    found = lines_of(*(f"【1】{title}\n(商家编码:A)\n(产品数量:1 piece)" for title in titles))
    assert [[(line["title"], line["sku"]) for line in one] for one in found] == [
        [(title, "A")] for title in titles
    ]


def test_a_title_broken_into_lines_is_one_title() -> None:
    [line] = lines("【1】Cup\nand  saucer \n(商家编码:A)\n(产品数量:1 piece)\n")
    assert line["title"] == "Cup and saucer"


def test_a_sku_reaches_to_the_last_bracket_of_its_line() -> None:
    skus = {
        "(商家编码:A)B)": "A)B",
        "(商家编码:A(B))": "A(B)",
        "(商家编码: A-1 )": "A-1",
        "(商家编码:)": "",
        "（商家编码：A）": "A",
        "  (商家编码:A:B) ": "A:B",
    }
    found = lines_of(*(f"【1】Cup\n{line}\n(产品数量:1 piece)" for line in skus))
    assert [[line["sku"] for line in one] for one in found] == [[sku] for sku in skus.values()]


def test_a_product_without_a_sku_line_has_none() -> None:
    [line] = lines("【1】Cup\n(产品数量:1 piece)")
    assert line["sku"] == ""


def test_attributes_are_kept_as_they_stand() -> None:
    attributes = {
        "(产品属性: Ships From:China、Size:10:12)": "Ships From:China、Size:10:12",
        "(产品属性：Color:Red)": "Color:Red",
        "(产品属性:)": "",
    }
    found = lines_of(*(f"【1】Cup\n{line}\n(商家编码:A)\n(产品数量:1 piece)" for line in attributes))
    assert [[line["attributes"] for line in one] for one in found] == [[one] for one in attributes.values()]


def test_a_quantity_has_the_unit_of_the_listing() -> None:
    quantities = {
        "12 piece": (12, "piece"),
        "3  set": (3, "set"),
        "4": (4, ""),
        "2件": (2, "件"),
        "1 lot (10 pcs)": (1, "lot (10 pcs)"),
    }
    found = lines_of(*(f"【1】Cup\n(商家编码:A)\n(产品数量:{written})" for written in quantities))
    assert [[(line["quantity"], line["unit"]) for line in one] for one in found] == [
        [one] for one in quantities.values()
    ]


def test_a_cell_that_does_not_say_it_all_is_refused_whole() -> None:
    unreadable = [
        "two cups",
        "Cup\n(商家编码:A)\n(产品数量:1 piece)",
        "【1】Cup",
        "【1】Cup\n(商家编码:A)",
        "【1】Cup\n(商家编码:A)\n(产品数量:0 piece)",
        "【1】Cup\n(商家编码:A)\n(产品数量:many)",
        "【1】Cup\n(商家编码:A)\n(产品数量:1.5 piece)",
        "【1】Cup\n(商家编码:A)\n(产品数量:1 piece",
        # The line breaks were lost on the way.
        "【1】Cup (商家编码:A) (产品数量:1 piece)",
        # The second block lost its number.
        "【1】Cup\n(商家编码:A)\n(产品数量:1 piece)\nPlate\n(商家编码:B)\n(产品数量:1 piece)",
        # One block is whole, the other was cut off.
        "【1】Cup\n(商家编码:A)\n(产品数量:1 piece)\n【2】Plate\n(商家编码:B)",
        "before 【1】Cup\n(商家编码:A)\n(产品数量:1 piece)",
    ]
    found = read(*(cell for one in unreadable for cell in (one, WHOLE)))
    assert found.problems.sort_values("row_no")[["row_no", "code"]].to_numpy().tolist() == [
        [2 * place, "products_unreadable"] for place in range(len(unreadable))
    ]
    whole = {str(2 + 2 * place) for place in range(len(unreadable))}
    assert set(found.lines["order_id"]) == whole
    assert len(found.lines) == 2 * len(whole)


def test_what_is_shown_of_an_unreadable_cell_is_short() -> None:
    [value] = read("x" * 5000).problems["value"]
    assert value == "x" * 200


_words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
_products = st.lists(st.tuples(_words, st.integers(1, 999_999)), min_size=1, max_size=12)


@settings(max_examples=8, deadline=None)
@given(st.lists(_products, min_size=1, max_size=60))
def test_what_is_written_is_read(orders: list[list[tuple[str, int]]]) -> None:
    cells = [
        "\n".join(
            f"【{place}】Title\n(商家编码:{sku})\n(产品数量:{quantity} piece)"
            for place, (sku, quantity) in enumerate(products, start=1)
        )
        for products in orders
    ]
    found = read(*cells).lines
    wanted = [product for products in orders for product in products]
    assert list(found[["sku", "quantity"]].itertuples(index=False, name=None)) == wanted


_title = st.sampled_from(
    ["Cup", "Cup [blue] (2)", "【new】 Cup", "Cup: 1、2", "Cup\nin two lines", " Cup ", "(x) Cup"]
)
_attributes = st.sampled_from(
    ["", "\n(产品属性:Color:Red、Size:M)", "\n(产品属性: a)", "\n(产品属性：a：b)", "\n(产品属性:)"]
)
_sku = st.sampled_from(
    ["", "\n(商家编码:A-1)", "\n(商家编码:A(1))", "\n(商家编码:)", "\n（商家编码:A）", "\n(商家编码:A:1) "]
)
_quantity = st.sampled_from(
    [
        "\n(产品数量:2 piece)",
        "\n(产品数量:2piece)",
        "\n(产品数量:2)",
        "\n(产品数量:0 lot)",
        "\n(产品数量:x)",
        "",
    ]
)
_tail = st.sampled_from(["", "\n(物流等级&买家选择物流:Standard)"])
_block = st.tuples(_title, _attributes, _sku, _quantity, _tail).map("".join)


@settings(max_examples=5, deadline=None)
@given(orders=st.lists(st.lists(_block, min_size=1, max_size=3), min_size=20, max_size=60))
def test_the_fast_and_the_general_reading_of_a_cell_agree(orders: list[list[str]]) -> None:
    """Blanks at the ends of lines are of no account, and send a cell the general way."""
    cells = ["\n".join(f"【{place}】{block}" for place, block in enumerate(blocks, 1)) for blocks in orders]
    fast, general = read(*cells), read(*map(_general, cells))
    assert fast.problems["code"].tolist() == general.problems["code"].tolist()
    by_place = ["order_id", "line_no"]
    assert fast.lines.sort_values(by_place).to_dict("records") == general.lines.sort_values(by_place).to_dict(
        "records"
    )


def _general(cell: str) -> str:
    """The same cell, its lines ending in a blank, which only the general grammar passes over."""
    return cell.replace(")\n", ") \n") + " "
