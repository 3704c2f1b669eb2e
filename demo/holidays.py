"""The nation's holidays, for a company that begins."""

from pathlib import Path

from django.utils.translation import gettext_noop

from imports.domain.loading import Request, load, loader_for

FILE = Path(__file__).parent / "data" / "holidays.csv"
# What the file calls its days, for those who read another language.
NAMES = (
    gettext_noop("元旦"),
    gettext_noop("元旦调休"),
    gettext_noop("春节"),
    gettext_noop("春节调休"),
    gettext_noop("清明节"),
    gettext_noop("劳动节"),
    gettext_noop("劳动节调休"),
    gettext_noop("端午节"),
    gettext_noop("中秋节"),
    gettext_noop("国庆节"),
    gettext_noop("国庆节、中秋节"),
    gettext_noop("国庆节调休"),
)


def load_holidays() -> int:
    """Take the file in as the company's staff would; returns the days."""
    return load(loader_for("special_days"), FILE, Request(strict=True)).counts.new
