"""What a column of a file may hold, and how a cell becomes a value."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.formats import listed
from core.periods import Month
from core.refusals import Refusal
from core.spreadsheets import Cell

_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?")
_EXCEL_EPOCH = dt.date(1899, 12, 30)


class BadCell(Refusal):
    """The cell does not hold what its column asks for."""


def _as_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Parse:
    """How to read a cell, and to `write` it back. `type` is the type in the staging table; `words` the only ones."""

    read: Callable[[Cell], Any]
    type: str = "text"
    words: Sequence[str] = ()
    write: Callable[[Any], Any] = _as_is


@dataclass(frozen=True, slots=True)
class Reference:
    """The table and column in which a code must be found."""

    table: str
    column: str = "code"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: English key, Chinese header, how it is read, and which columns of the table it feeds."""

    key: str
    header: str
    parse: Parse
    required: bool = False
    refers: Reference | None = None
    feeds: Sequence[str] = field(default=())


def _as_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time.min else cell.isoformat(" ")
    return str(cell)


def text(longest: int) -> Parse:
    """Text of at most `longest` characters; a code is text as well, so its leading zeros survive."""

    def read(cell: Cell) -> str | None:
        found = cell.strip() if isinstance(cell, str) else _as_text(cell)
        if len(found) > longest:
            raise BadCell(_("超过 %(longest)s 个字") % {"longest": longest})
        if "\0" in found:
            raise BadCell(_("含有不可见字符"))
        return found or None

    return Parse(read)


def _read_day(cell: Cell) -> dt.date | None:
    if cell is None or cell == "":
        return None
    day = _day_of(cell)
    if day is None or not 1900 <= day.year <= 2199:
        raise BadCell(_("“%(text)s”不是日期，请写成 2026-10-01") % {"text": _as_text(cell)[:40]})
    return day


def _day_of(cell: Cell) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date() if cell.time() == dt.time.min else None
    if isinstance(cell, dt.date):
        return cell
    try:
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return _EXCEL_EPOCH + dt.timedelta(days=int(cell)) if float(cell).is_integer() else None
        match = _DAY.fullmatch(_as_text(cell))
        return dt.date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except (ValueError, OverflowError):
        return None


def _read_optional_day(cell: Cell) -> dt.date | None:
    return None if isinstance(cell, str) and not cell.strip() else _read_day(cell)


day = Parse(_read_optional_day, "date")


def _read_month(cell: Cell) -> dt.date | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, dt.date):
        return cell.replace(day=1) if not isinstance(cell, dt.datetime) else cell.date().replace(day=1)
    return Month.parse(_as_text(cell)).first if _as_text(cell) else None


month = Parse(_read_month, "date", write=lambda first: f"{first:%Y-%m}")


def number(*, least: Decimal, most: Decimal, places: int) -> Parse:
    """A decimal number between two bounds; more than `places` decimals are refused, not rounded."""

    def read(cell: Cell) -> Decimal | None:
        written = _as_text(cell).replace(",", "").replace(",", "")
        if not written:
            return None
        try:
            found = Decimal(written)
            is_real = found.is_finite()
        except InvalidOperation:
            is_real = False
        if not is_real:
            raise BadCell(_("“%(text)s”不是数字") % {"text": written[:40]})
        if not least <= found <= most:
            raise BadCell(_("要在 %(least)s 到 %(most)s 之间") % {"least": least, "most": most})
        if found != round(found, places):
            raise BadCell(_("最多 %(places)s 位小数") % {"places": places})
        return found

    return Parse(read, "numeric")


def degrees(most: int) -> Parse:
    """Longitude or latitude."""

    def read(cell: Cell) -> float | None:
        written = _as_text(cell)
        try:
            found = float(written) if written else None
        except ValueError:
            raise BadCell(_("“%(text)s”不是数字") % {"text": written[:40]}) from None
        if found is not None and not -most <= found <= most:
            raise BadCell(_("要在 %(least)s 到 %(most)s 之间") % {"least": -most, "most": most})
        return found

    return Parse(read, "double precision")


_YES = {"是", "yes", "y", "true", "1", "有"}
_NO = {"否", "no", "n", "false", "0", "无"}


def _read_yes(cell: Cell) -> bool | None:
    written = _as_text(cell).lower()
    if written in _YES | _NO:
        return written in _YES
    if written:
        raise BadCell(_("“%(text)s”要写“是”或“否”") % {"text": written[:40]})
    return None


yes_or_no = Parse(_read_yes, "boolean", ("是", "否"))


def choice(choices: type[TextChoices]) -> Parse:
    """One of fixed words: the Chinese label or the English value."""
    with override(None):
        labels = {value: str(label) for value, label in choices.choices}
    known = {label: value for value, label in labels.items()} | {value: value for value in labels}

    def read(cell: Cell) -> str | None:
        written = _as_text(cell)
        if not written:
            return None
        if (found := known.get(written) or known.get(written.lower())) is None:
            raise BadCell(
                _("“%(text)s”不认识，请写%(words)s") % {"text": written[:40], "words": listed(labels.values())}
            )
        return found

    return Parse(read, "text", tuple(labels.values()), lambda value: labels[value])
