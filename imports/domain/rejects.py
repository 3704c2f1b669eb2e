"""Rejected rows in the shape they came in, with the reasons beside them: correct them and send only those."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from core.spreadsheets import writer

REMARK = "错误说明"

Rejected = tuple[int, dict[str, str], list[str]]


def write(path: Path, rows: Iterable[Rejected]) -> int:
    """Write rejected rows; in .xlsx the faulty cells are red and carry the reason. Returns how many."""
    rows = iter(rows)
    first = next(rows, None)
    titles = [title for title in first[1] if title != REMARK] if first else []
    count = 0
    with writer(path, [*titles, REMARK]) as out:
        for _line, values, reasons in _all(first, rows):
            cells = [values.get(title, "") for title in titles]
            out.row([*cells, ";".join(reasons)], marks=_marks(titles, reasons))
            count += 1
    return count


def _all(first: Rejected | None, rest: Iterator[Rejected]) -> Iterator[Rejected]:
    if first:
        yield first
    yield from rest


def _marks(titles: list[str], reasons: list[str]) -> dict[int, str]:
    """Which cells the reasons speak of: a reason begins with the name of its column."""
    marks = {
        place: ";".join(reason for reason in reasons if reason.startswith(title)) for place, title in enumerate(titles)
    }
    return {place: text for place, text in marks.items() if text} | {len(titles): ""}
