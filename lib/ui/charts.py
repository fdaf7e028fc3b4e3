"""Charts: drawn by the Plotly that Streamlit brings, without a request to anywhere."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

#: Lines that are told apart also without colours seen alike by many.
_COLOURS = ("#0072B2", "#D55E00", "#888888", "#009E73", "#CC79A7", "#E69F00")
#: Less room than Plotly leaves around a figure.
_MARGIN = {"l": 10, "r": 10, "t": 45, "b": 10}


def scatter(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    size: str,
    name: str,
    labels: tuple[str, str, str],
    key: str,
    alt: str,
    height: int = 340,
    line: pd.DataFrame | None = None,
    line_label: str = "",
) -> None:
    """One dot per row, its area by `size`, its name in the legend. `labels` are those of x, y and size.

    `line` is rows to be joined by a line, in their order, named `line_label`.
    """
    biggest = max(float(frame[size].max()), 1.0)
    dots = [
        go.Scatter(
            x=[row[x]],
            y=[row[y]],
            customdata=[row[size]],
            name=row[name],
            mode="markers",
            marker={"size": 10 + 30 * (row[size] / biggest) ** 0.5, "opacity": 0.8},
            hovertemplate=(
                f"{labels[0]}: %{{x}}<br>{labels[1]}: %{{y:,.2f}}<br>{labels[2]}: %{{customdata:,}}"
            ),
            cliponaxis=False,
        )
        for row in frame.to_dict("records")
    ]
    if line is not None and len(line) > 1:
        dots.append(
            go.Scatter(
                x=line[x].tolist(),
                y=line[y].tolist(),
                name=line_label,
                mode="lines",
                line={"dash": "dot", "width": 3, "color": "#334155"},
                hoverinfo="skip",
            )
        )
    figure = go.Figure(dots)
    figure.update_layout(showlegend=True, legend={"itemsizing": "constant"})
    figure.update_xaxes(title=labels[0], rangemode="tozero")
    figure.update_yaxes(title=labels[1], rangemode="tozero")
    _show(figure, key=key, alt=alt, height=height)


def bars(
    frame: pd.DataFrame,
    *,
    name: str,
    values: Sequence[str],
    labels: Sequence[str],
    value_label: str,
    key: str,
    alt: str,
    stacked: bool = True,
) -> None:
    """One bar per row, the first on top, of columns `values`, which `labels` name: stacked, or side by side."""
    stacks = [
        go.Bar(y=frame[name].tolist(), x=frame[column].tolist(), name=label, orientation="h")
        for column, label in zip(values, labels, strict=True)
    ]
    figure = go.Figure(stacks)
    figure.update_layout(
        barmode="stack" if stacked else "group",
        showlegend=len(values) > 1,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "traceorder": "normal"},
    )
    figure.update_xaxes(title=value_label, rangemode="tozero", automargin=True)
    figure.update_yaxes(autorange="reversed", automargin=True, type="category")
    thick = 30 if stacked else 12 + 18 * len(values)
    _show(figure, key=key, alt=alt, height=150 + thick * len(frame))


def lines(
    frame: pd.DataFrame,
    *,
    x: str,
    series: Sequence[tuple[str, str]],
    value_label: str,
    key: str,
    alt: str,
    height: int = 340,
) -> None:
    """One line per (column, label) over `x`; its range are the columns `<column>_low` and `<column>_high`, if any."""
    figure = go.Figure()
    moments = frame[x].tolist()
    for place, (column, label) in enumerate(series):
        colour = _COLOURS[place % len(_COLOURS)]
        if f"{column}_low" in frame:
            low, high = frame[f"{column}_low"].tolist(), frame[f"{column}_high"].tolist()
            figure.add_scatter(
                x=[*moments, *moments[::-1]],
                y=[*high, *low[::-1]],
                fill="toself",
                fillcolor=colour,
                opacity=0.15,
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
            )
        figure.add_scatter(
            x=moments,
            y=frame[column].tolist(),
            name=label,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            hovertemplate=f"%{{x}}<br>{value_label}: %{{y:,.2f}}",
        )
    figure.update_layout(legend={"orientation": "h", "y": 1, "yanchor": "bottom"})
    figure.update_xaxes(type="category")
    figure.update_yaxes(title=value_label, zeroline=True)
    _show(figure, key=key, alt=alt, height=height)


def heat_map(
    frame: pd.DataFrame,
    *,
    row: str,
    column: str,
    value: str,
    text: str,
    detail: str,
    value_label: str,
    key: str,
    alt: str,
) -> None:
    """One cell per row of the frame, coloured by `value`, saying `text`; `detail` is told under the pointer."""
    grid = frame.pivot(index=row, columns=column)
    rows = frame[row].unique().tolist()
    columns = frame[column].unique().tolist()

    def cells(name: str) -> list[list[object]]:
        found = grid[name].reindex(index=rows, columns=columns).astype("object")
        return found.where(found.notna(), None).to_numpy().tolist()

    figure = go.Figure(
        go.Heatmap(
            x=columns,
            y=rows,
            z=cells(value),
            text=[[_wrapped(one) for one in line] for line in cells(text)],
            customdata=cells(detail),
            texttemplate="%{text}",
            hovertemplate="%{customdata}<extra></extra>",
            colorscale="Blues",
            colorbar={"title": {"text": value_label}, "thickness": 12},
            hoverongaps=False,
            xgap=2,
            ygap=2,
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True, type="category")
    figure.update_xaxes(side="top", type="category")
    _show(figure, key=key, alt=alt, height=130 + 36 * len(rows))


def _wrapped(text: object, width: int = 13, most: int = 3) -> str:
    """A text in a few short lines, for a cell: all text of the map shrinks until the longest line fits.

    Chinese breaks anywhere, and each sign is twice as wide.
    """
    lines = [""]
    for piece in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*", str(text or "")):
        if lines[-1] and _wide(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    shown = [line.strip() for line in lines[:most]]
    return "<br>".join(html.escape(line) for line in shown) + ("…" if len(lines) > most else "")


def _wide(text: str) -> int:
    return sum(2 if one >= "\u2e80" else 1 for one in text)


def _show(figure: go.Figure, *, key: str, alt: str, height: int) -> None:
    figure.update_layout(margin=_MARGIN, height=height)
    st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False})
