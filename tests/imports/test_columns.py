"""A cell becomes a value, or a reason in words."""

import datetime as dt
from decimal import Decimal

import pytest

from core.refusals import Refusal
from grids.choices import AreaType
from imports.domain.columns import choice, day, degrees, month, number, text, yes_or_no
from managers.choices import Duty

OCTOBER = dt.date(2026, 10, 1)
SCORE = number(least=Decimal(0), most=Decimal(100), places=2)


@pytest.mark.parametrize(
    ("parse", "cell", "value"),
    [
        (text(20), "0012", "0012"),
        (text(20), 12.0, "12"),
        (text(20), 12, "12"),
        (text(20), "  ", None),
        (text(20), None, None),
        (day, "2026-10-01", OCTOBER),
        (day, "2026/10/1", OCTOBER),
        (day, "2026-10-01 00:00:00", OCTOBER),
        (day, 46296.0, OCTOBER),
        (day, dt.datetime(2026, 10, 1), OCTOBER),
        (day, OCTOBER, OCTOBER),
        (day, " ", None),
        (month, "2026-10", OCTOBER),
        (month, "2026年10月", OCTOBER),
        (month, dt.date(2026, 10, 1), OCTOBER),
        (yes_or_no, "是", True),
        (yes_or_no, "否", False),
        (yes_or_no, True, True),
        (yes_or_no, "", None),
        (choice(AreaType), "市区", "urban"),
        (choice(AreaType), "rural", "rural"),
        (choice(Duty), "厅内", "hall"),
        (choice(Duty), "FIELD", "field"),
        (SCORE, "98.50", Decimal("98.50")),
        (SCORE, 98.5, Decimal("98.5")),
        (degrees(180), "117.2", 117.2),
        (degrees(180), 0, 0.0),
    ],
)
def test_cell_is_read(parse, cell, value):
    assert parse.read(cell) == value


@pytest.mark.parametrize(
    ("parse", "cell", "reason"),
    [
        (text(3), "abcd", "超过 3 个字"),
        (text(3), "a\0", "含有不可见字符"),
        (day, "2026-02-30", "“2026-02-30”不是日期，请写成 2026-10-01"),
        (day, "46296", "“46296”不是日期，请写成 2026-10-01"),
        (day, "2026-10-01 12:30", "“2026-10-01 12:30”不是日期，请写成 2026-10-01"),
        (day, 1e300, "“1e+300”不是日期，请写成 2026-10-01"),
        (month, "2026-13", "“2026-13”不是一个月份，请写成 2026-10。"),
        (yes_or_no, "也许", "“也许”要写“是”或“否”"),
        (choice(Duty), "前台", "“前台”不认识，请写外勤、厅内"),
        (SCORE, "101", "要在 0 到 100 之间"),
        (SCORE, "-1", "要在 0 到 100 之间"),
        (SCORE, "NaN", "“NaN”不是数字"),
        (SCORE, "1.234", "最多 2 位小数"),
        (degrees(90), "91", "要在 -90 到 90 之间"),
        (degrees(90), "nan", "要在 -90 到 90 之间"),
    ],
)
def test_cell_is_refused_in_words(parse, cell, reason):
    with pytest.raises(Refusal) as refusal:
        parse.read(cell)

    assert str(refusal.value) == reason
