"""Rejected rows in the shape they came in, with the reasons beside them: correct them and send only those."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.spreadsheets import writer
from imports.domain.columns import Column

REMARK = "错误说明"

Rejected = tuple[int, dict[str, str], list[str]]


def write(path: Path, columns: Iterable[Column], header: Sequence[str], rows: Iterable[Rejected]) -> int:
    """Write rejected rows; in .xlsx the faulty cells are red and carry the reason. Returns how many.

    `header` is the one of the file that came: Chinese headers or English keys of the `columns`.
    """
    names = {column.key: column.header for column in columns}
    titles = [title for title in header if title != REMARK]
    spoken = [names.get(title.lower(), title) for title in titles]
    count = 0
    with writer(path, [*titles, REMARK]) as out:
        for _line, values, reasons in rows:
            cells = [values.get(title, "") for title in titles]
            out.row([*cells, ";".join(reasons)], marks=_marks(spoken, reasons))
            count += 1
    return count


def _marks(titles: list[str], reasons: list[str]) -> dict[int, str]:
    """Which cells the reasons speak of: a reason begins with the name of its column."""
    marks = {
        place: ";".join(reason for reason in reasons if reason.startswith(title)) for place, title in enumerate(titles)
    }
    return {place: text for place, text in marks.items() if text} | {len(titles): ""}
