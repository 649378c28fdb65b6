"""A run as one self-contained page: no script, no font, no picture, nothing from elsewhere; every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from training.export.chart import Mark
from training.export.run_charts import Figure
from training.export.run_text import RunText
from training.preset.printable import printable

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Even where a text slipped through, a browser would fetch and run nothing."""
_MARKS: dict[Mark, str] = {"a": "A timed alone", "b": "B timed alone", "out": "probe left out"}


def page(told: RunText, figures: Sequence[Figure], made_by: str) -> str:
    """The page as HTML: the verdict first, then the lanes, the charts, and what it ran on."""
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{_text(told.claim)}: {_text(told.title)}</title>",
            f"<style>\n{style}</style>\n</head>\n<body>",
            *_verdict(told),
            "<h2>Lanes</h2>",
            *_table(told.lanes_header, told.lanes),
            *_earlier(told),
            *_curves_heading(figures),
            *(_figure(figure) for figure in figures),
            "<h2>What it ran on</h2>",
            *_facts(told.facts),
            "<h2>The same again</h2>",
            "<pre>" + "\n".join(_text(command) for command in told.commands) + "</pre>",
            f"<footer>Made by {_text(made_by)}.</footer>\n</body>\n</html>\n",
        ]
    )


def _text(text: str) -> str:
    return escape(printable(text))


def _verdict(told: RunText) -> Iterable[str]:
    yield f'<p class="run">{_text(told.title)}</p>'
    yield f'<h1 class="{told.tone}">{_text(told.claim)}</h1>'
    if told.support:
        yield f'<p class="support">{" · ".join(_text(part) for part in told.support)}</p>'
    yield from (f'<p class="alert">{_text(text)}</p>' for text in told.warnings)
    if told.figures:
        yield '<dl class="figures">'
        for label, value, meaning in told.figures:
            yield (
                f"<div><dt>{_text(label)}</dt><dd><b>{_text(value)}</b>"
                f"<small>{_text(meaning)}</small></dd></div>"
            )
        yield "</dl>"
    yield from (f'<p class="note">{_text(note)}</p>' for note in told.notes)


def _earlier(told: RunText) -> Iterable[str]:
    if told.earlier:
        yield "<h2>Earlier in the lanes</h2>"
        yield from _table(told.earlier[0], told.earlier[1:])


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    head = "".join(f"<th>{_text(cell)}</th>" for cell in header)
    yield f"<table><thead><tr>{head}</tr></thead><tbody>"
    for first, *rest in rows:
        cells = "".join(f"<td>{_text(cell)}</td>" for cell in rest)
        yield f"<tr><th>{_text(first)}</th>{cells}</tr>"
    yield "</tbody></table>"


def _curves_heading(figures: Sequence[Figure]) -> Iterable[str]:
    if figures:
        yield "<h2>Curves</h2>"
    marks = frozenset().union(*(figure.marks for figure in figures))
    if marks:
        keys = (
            f'<span class="key key-mark key-{"others" if mark == "out" else mark}">{words}</span>'
            for mark, words in _MARKS.items()
            if mark in marks
        )
        yield f'<p class="keys"><small>On each time axis:</small>{"".join(keys)}</p>'


def _figure(figure: Figure) -> str:
    keys = [f'<span class="key key-{name}">{_text(called)}</span>' for name, called in figure.curves]
    wide, narrow = (
        drawn.replace('class="chart"', f'class="chart {size}"', 1)
        for drawn, size in ((figure.wide, "wide"), (figure.narrow, "narrow"))
    )
    return (
        f"<figure><figcaption><strong>{_text(figure.title)} <small>{_text(figure.note)}</small></strong>"
        f"{''.join(keys)}</figcaption>{wide}{narrow}</figure>"
    )


def _facts(facts: Sequence[tuple[str, str]]) -> Iterable[str]:
    yield '<dl class="facts">'
    yield from (f"<dt>{_text(label)}</dt><dd>{_text(text)}</dd>" for label, text in facts)
    yield "</dl>"
