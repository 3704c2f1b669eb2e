import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from core import formats
from core.periods import Month


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (1234, None, "1,234"),
        (-1234.5, 2, "−1,234.50"),
        (Decimal("98.5"), 2, "98.50"),
        ("2.345", 2, "2.35"),
        (Decimal("-0.001"), 2, "0.00"),
        (0, None, "0"),
        (None, 2, "—"),
        ("", None, "—"),
    ],
)
def test_number_groups_and_rounds_half_up(value, places, text):
    assert formats.number(value, places) == text


@pytest.mark.parametrize(
    ("value", "text"), [(90, "90"), ("88.50", "88.5"), ("98.25", "98.25"), (1000, "1,000"), (None, "—")]
)
def test_plain_drops_zeros_at_the_end(value, text):
    assert formats.plain(value) == text


@pytest.mark.parametrize(("value", "text"), [(3, "+3.00"), ("-1.2", "−1.20"), (0, "0.00"), (None, "—")])
def test_signed_shows_which_way(value, text):
    assert formats.signed(value, 2) == text


def test_percent_and_share():
    assert formats.percent("66.44") == "66.4%"
    assert formats.share(664, 1000) == "66.4%"
    assert formats.share(1, 3, 2) == "33.33%"
    assert formats.share(1, 0) == "—"


def test_dates_in_both_languages():
    night = dt.datetime(2026, 11, 11, 17, 5, tzinfo=dt.UTC)
    with translation.override("zh-hans"):
        assert formats.month(Month(2026, 11)) == "2026年11月"
        assert formats.day(dt.date(2026, 11, 12)) == "11月12日"
        assert formats.weekday(dt.date(2026, 11, 12)) == "周四"
        assert formats.moment(night) == "11月12日 01:05"
    with translation.override("en"):
        assert formats.month(dt.date(2026, 11, 1)) == "Nov 2026"
        assert formats.day(dt.date(2026, 11, 12)) == "12 Nov"
        assert formats.weekday(dt.date(2026, 11, 12)) == "Thu"
        assert formats.moment(night) == "12 Nov 01:05"
    assert formats.full_day(night) == "2026-11-12"


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (520, "剩 8 时 40 分", "8 h 40 min left"),
        (185, "剩 3 时 05 分", "3 h 05 min left"),
        (-130, "超 2 时 10 分", "2 h 10 min over"),
        (-35, "超 35 分", "35 min over"),
        (660, "剩 11 时", "11 h left"),
        (0, "剩 0 分", "0 min left"),
        (-74 * 60, "超 3 天 2 时", "3 d 2 h over"),
    ],
)
def test_time_left_says_left_or_over(minutes, zh, en):
    with translation.override("zh-hans"):
        assert formats.time_left(minutes) == zh
    with translation.override("en"):
        assert formats.time_left(minutes) == en


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("23680417", "****0417"),
        ("12", "****"),
        ("", ""),
        (None, ""),
    ],
)
def test_mask_phone_keeps_three_and_four(phone, masked):
    assert formats.mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"), [("张三", "张*"), ("欧阳娜娜", "欧***"), ("王", "王*"), ("", ""), (None, "")]
)
def test_mask_name_keeps_the_first(name, masked):
    assert formats.mask_name(name) == masked
