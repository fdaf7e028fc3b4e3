"""Columns of numbers: a browser shows them with separators, two decimals, and a minus where one is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from lib.ui import tables


def test_amounts_have_separators_and_a_minus_sign() -> None:
    kind = tables.amount("Net in CNY")["type_config"]
    assert (kind["format"], kind["step"]) == ("localized", 0.01)


def test_weights_say_their_unit_and_have_separators() -> None:
    column = tables.grams("Weight")
    assert (column["label"], column["type_config"]["format"]) == ("Weight (g)", "localized")


def test_a_table_is_no_higher_than_its_rows() -> None:
    assert tables.fitting(pd.DataFrame({"a": range(3)}), 280) == "content"
    assert tables.fitting(pd.DataFrame({"a": range(30)}), 280) == 280


class Session(dict[str, Any]):
    """A session, and a browser in it that ticks rows of the table it was given last."""

    shown = ""

    def draw(self, ids: str, *, arrives: bool = True, pages: bool = False, scope: str = "") -> tables.Ticked:
        """A run shows these rows; `arrives`: it comes to its end, and the browser has them before the next tick."""
        found = tables.settle(self, list(ids), key="t", scope=scope, pages=pages)
        self.setdefault(found.widget, {"selection": {"rows": [], "columns": [], "cells": []}})
        if arrives:
            for widget in [one for one in self if one.startswith("t~") and one != found.widget]:
                del self[widget]
            self.shown = found.widget
        return found

    def tick(self, *rows: int) -> None:
        """The browser tells which positions are ticked of the rows it shows."""
        self[self.shown] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}

    def leave(self) -> None:
        """Another page is opened: nothing of the table is on the screen."""
        for widget in [one for one in self if one.startswith("t~")]:
            del self[widget]


def test_a_tick_is_of_the_row_that_was_shown_though_others_came_and_went_since() -> None:
    session = Session()
    session.draw("abcd")
    session.tick(1, 3)
    assert session.draw("xyabd") == ["b", "d"]
    assert session["t"]["selection"]["rows"] == [3, 4]
    session.tick(3)
    assert session.draw("xyabd") == ["b"]
    assert session.draw("b") == ["b"]


def test_a_tick_that_meets_a_redraw_is_of_the_rows_it_was_made_on() -> None:
    session = Session()
    session.draw("abcd")
    session.draw("xabcd", arrives=False)
    session.tick(1)
    assert session.draw("xyabcd") == ["b"]
    assert session["t"]["selection"]["rows"] == [3]


def test_a_tick_on_rows_that_are_gone_from_the_screen_ticks_no_other_row() -> None:
    session = Session()
    session.draw("abcd")
    old = session.shown
    session.draw("bcd")
    session[old] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    assert session.draw("bcd") in ([], ["a"]), "a is what was ticked, and is not there any more"
    assert session["t"]["selection"]["rows"] == []


def test_what_was_ticked_and_vanished_is_named_and_never_means_all_the_others() -> None:
    session = Session()
    assert session.draw("abc").or_all("abc") == ["a", "b", "c"], "nobody ticked any"
    session.tick(1)
    session.draw("abc")
    found = session.draw("ac")
    assert (found, found.gone, found.or_all("ac")) == ([], ("b",), [])
    assert "b" in tables.gone_sentence(found.gone)
    session.tick(0)
    found = session.draw("ac")
    assert (found, found.gone, found.or_all("ac")) == (["a"], (), ["a"])


def test_ticks_end_with_the_page_with_another_scope_and_when_they_are_cleared() -> None:
    session = Session()
    session.draw("abc")
    session.tick(0)
    assert session.draw("abc") == ["a"]
    assert session.draw("abd", scope="another batch") == []
    session.tick(0)
    assert session.draw("abd", scope="another batch") == ["a"]
    session["t_ticks"].wiped = True
    assert session.draw("abd", scope="another batch") == []
    assert session["t"]["selection"]["rows"] == []
    session.tick(0)
    session.draw("abd", scope="another batch")
    session.leave()
    assert session.draw("abd", scope="another batch") == []


def test_what_stands_on_another_page_of_the_table_stays_chosen() -> None:
    session = Session()
    session.draw("ab", pages=True)
    session.tick(0)
    assert session.draw("cd", pages=True) == ["a"]
    session.tick(1)
    assert session.draw("cd", pages=True) == ["a", "d"]
    assert session.draw("ab", pages=True) == ["a", "d"]
    session.tick()
    assert session.draw("ab", pages=True) == ["d"]


def test_ticks_set_by_hand_are_of_the_rows_shown_last() -> None:
    session = Session()
    session.draw("abc")
    session["t"] = {"selection": {"rows": [2], "columns": [], "cells": []}}
    assert session.draw("xabc") == ["c"]
