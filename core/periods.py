"""Months and days as the operator counts them: in Asia/Shanghai, ends exclusive."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from core.refusals import Refusal

SHANGHAI = ZoneInfo("Asia/Shanghai")
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?")


class NoSuchMonth(Refusal):
    """The text does not name a month."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month of Asia/Shanghai."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 2026-10, 2026/10, 202610 or 2026年10月; raises NoSuchMonth."""
        match = _MONTH.fullmatch(text.strip())
        if not match or not 1 <= int(match[2]) <= 12 or not 2000 <= int(match[1]) <= 2199:
            raise NoSuchMonth(
                _("“%(text)s”不是一个月份，请写成 2026-10。") % {"text": text},
                field="month",
            )
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: dt.date) -> Self:
        """The month of a day; an instant must go through `local_day` first."""
        return cls(day.year, day.month)

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, self.number, 1)

    @property
    def next_first(self) -> dt.date:
        return self.shift(1).first

    @property
    def start(self) -> dt.datetime:
        """The first instant of the month."""
        return day_start(self.first)

    @property
    def end(self) -> dt.datetime:
        """The first instant after the month."""
        return day_start(self.next_first)

    @property
    def days(self) -> int:
        return (self.next_first - self.first).days

    @property
    def quarter(self) -> int:
        return (self.number + 2) // 3

    def shift(self, months: int) -> "Month":
        count = self.year * 12 + self.number - 1 + months
        return Month(count // 12, count % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def day_start(day: dt.date) -> dt.datetime:
    """The first instant of a day in Shanghai."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=SHANGHAI)


def local_day(instant: dt.datetime) -> dt.date:
    """The day an instant falls on in Shanghai, whatever the server's clock."""
    return instant.astimezone(SHANGHAI).date()
