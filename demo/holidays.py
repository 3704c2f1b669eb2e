"""The nation's holidays, for a company that begins."""

from pathlib import Path

from imports.domain.loading import Request, load, loader_for

FILE = Path(__file__).parent / "data" / "holidays.csv"


def load_holidays() -> int:
    """Take the file in as the company's staff would; returns the days."""
    return load(loader_for("special_days"), FILE, Request(strict=True)).counts.new
