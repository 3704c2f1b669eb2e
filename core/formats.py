"""Numbers, dates and waits as people here write them; also as template filters (core/templatetags/gm.py).

Word order differs between the two languages, so both forms stand here and not in the catalogue.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from django.utils.translation import get_language, gettext

from core.periods import SHANGHAI, Month

MINUS = "\u2212"
NOTHING = "\u2014"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS_ZH = "一二三四五六日"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Amount: TypeAlias = int | float | Decimal | str


def in_english() -> bool:
    """Whether the reader's language is English; everybody else reads Chinese."""
    return (get_language() or "zh").startswith("en")


def number(value: Amount | None, places: int | None = None) -> str:
    """1,234 · 98.50 · −3; rounds half up to `places`, None keeps the digits given; — for nothing."""
    if value is None or value == "":
        return NOTHING
    amount = Decimal(str(value))
    if places is not None:
        amount = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{amount:,f}"
    if text.startswith("-"):
        return MINUS + text[1:] if amount else text[1:]
    return text


def plain(value: Amount | None, places: int = 2) -> str:
    """Like `number`, without zeros at the end: 90 · 88.5 · 98.25."""
    text = number(value, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(value: Amount | None, places: int | None = None) -> str:
    """+3.00 · −1.2 · 0."""
    text = number(value, places)
    return f"+{text}" if text != NOTHING and Decimal(str(value)) > 0 else text


def percent(value: Amount | None, places: int = 1) -> str:
    """66.4%; the value is already in per cent."""
    text = number(value, places)
    return text if text == NOTHING else f"{text}%"


def share(part: Amount | None, whole: Amount | None, places: int = 1) -> str:
    """Part of a whole in per cent: 66.4%; — where there is no whole."""
    if part is None or not whole:
        return NOTHING
    return percent(Decimal(str(part)) * 100 / Decimal(str(whole)), places)


def month(value: Month | dt.date | None) -> str:
    """2026年11月 / Nov 2026."""
    if value is None:
        return NOTHING
    first = value.first if isinstance(value, Month) else value
    return f"{_MONTHS[first.month - 1]} {first.year}" if in_english() else f"{first.year}年{first.month}月"


def day(value: dt.date | dt.datetime | None) -> str:
    """11月12日 / 12 Nov, in Shanghai; the year is understood."""
    if value is None:
        return NOTHING
    local = value.astimezone(SHANGHAI) if isinstance(value, dt.datetime) else value
    return f"{local.day} {_MONTHS[local.month - 1]}" if in_english() else f"{local.month}月{local.day}日"


def full_day(value: dt.date | dt.datetime | None) -> str:
    """2026-11-12, in Shanghai."""
    if value is None:
        return NOTHING
    local = value.astimezone(SHANGHAI) if isinstance(value, dt.datetime) else value
    return f"{local:%Y-%m-%d}"


def weekday(value: dt.date) -> str:
    """周四 / Thu."""
    return _DAYS_EN[value.weekday()] if in_english() else f"周{_DAYS_ZH[value.weekday()]}"


def moment(value: dt.datetime | None) -> str:
    """11月12日 09:20 / 12 Nov 09:20, in Shanghai."""
    return NOTHING if value is None else f"{day(value)} {value.astimezone(SHANGHAI):%H:%M}"


def duration(minutes: int) -> str:
    """8 时 40 分 / 8 h 40 min; 35 分; 11 时; 3 天 2 时 from three days on."""
    hours, rest = divmod(abs(int(minutes)), 60)
    unit_d, unit_h, unit_m = ("d", "h", "min") if in_english() else ("天", "时", "分")
    if hours >= 72:
        days, hours = divmod(hours, 24)
        return f"{days} {unit_d} {hours} {unit_h}" if hours else f"{days} {unit_d}"
    parts = [f"{hours} {unit_h}"] if hours else []
    if rest or not hours:
        parts.append(f"{rest:02d} {unit_m}" if hours else f"{rest} {unit_m}")
    return " ".join(parts)


def time_left(minutes: int) -> str:
    """剩 8 时 40 分 / 超 2 时 10 分 (8 h 40 min left / 2 h 10 min over); negative minutes are over the limit."""
    text = duration(minutes)
    if in_english():
        return f"{text} {'over' if minutes < 0 else 'left'}"
    return f"{'超' if minutes < 0 else '剩'} {text}"


def listed(words: Iterable[object]) -> str:
    """东丽、南开、静海 / Dongli, Nankai, Jinghai."""
    return (", " if in_english() else "、").join(str(word) for word in words)


def named(name: str | None) -> str:
    """A stored name of a product, channel or indicator in the reader's language, where the texts know it."""
    return gettext(name) if name else ""


def mask_phone(value: str | None) -> str:
    """138****5678; of a shorter number (a fixed line) the last four digits stay."""
    digits = "".join(c for c in value or "" if c.isdigit())
    if len(digits) == 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-4:]}" if len(digits) > 4 else "****" if digits else ""


def mask_name(value: str | None) -> str:
    """张* · 欧**: the first character, a star for each other one."""
    name = (value or "").strip()
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""
