"""Small charts on one common scale, drawn by the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.formats import month as in_month
from core.periods import Month
from kpi.views.rows import figure

WIDE, HIGH, EDGE = 200, 64, 6


@dataclass(frozen=True, slots=True)
class Multiple:
    """Twelve months of one grid, person or branch; None where there was no score."""

    code: str
    name: str
    url: str
    months: Sequence[Month]
    values: Sequence[float | None]

    @property
    def last(self) -> float | None:
        return self.values[-1] if self.values else None

    @property
    def change(self) -> float | None:
        """Against the month before."""
        if len(self.values) < 2 or self.values[-1] is None or self.values[-2] is None:
            return None
        return self.values[-1] - self.values[-2]

    @property
    def year(self) -> float | None:
        """Against the first of the months shown."""
        known = [value for value in self.values if value is not None]
        return None if len(known) < 2 or self.last is None else self.last - known[0]


def multiples(rows: Sequence[Multiple]) -> SafeString:
    """All of them, each a card with its name, last figure and change; one scale for all, so that heights compare."""
    known = [value for row in rows for value in row.values if value is not None]
    if not known:
        return mark_safe("")
    low, high = min(known), max(known)
    return mark_safe("".join(_card(row, low, high) for row in rows))  # each card escapes its own texts


def _card(row: Multiple, low: float, high: float) -> str:
    last = "—" if row.last is None else figure(row.last)
    return (
        f'<li><a class="multiple" href="{escape(row.url)}"><span class="nm">{escape(row.name)}</span>'
        f"<b>{last}</b>{_change(row.change)}{_line(row, low, high)}</a></li>"
    )


def _change(change: float | None) -> str:
    if not change:
        return '<span class="muted">—</span>'
    kind, sign = ("good-t", "+") if change > 0 else ("bad-t", "")
    return f'<span class="{kind}">{sign}{figure(change)}</span>'


def _line(row: Multiple, low: float, high: float) -> str:
    span = (high - low) or 1.0
    step = (WIDE - 2 * EDGE) / max(len(row.values) - 1, 1)

    def at(place: int, value: float) -> tuple[float, float]:
        return EDGE + place * step, HIGH - EDGE - (value - low) / span * (HIGH - 2 * EDGE)

    dots = [at(place, value) for place, value in enumerate(row.values) if value is not None]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
    known = [(month, value) for month, value in zip(row.months, row.values, strict=True) if value is not None]
    label = ""
    if known:
        words = {
            "a": in_month(known[0][0]),
            "x": figure(known[0][1]),
            "b": in_month(known[-1][0]),
            "y": figure(known[-1][1]),
        }
        label = escape(_("%(a)s %(x)s，%(b)s %(y)s") % words)
    end = f'<circle cx="{dots[-1][0]:.1f}" cy="{dots[-1][1]:.1f}" r="3" class="f-main"/>' if dots else ""
    return (
        f'<svg class="chart" viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{label}">'
        f'<line x1="0" x2="{WIDE}" y1="{HIGH - 1}" y2="{HIGH - 1}" class="s-grid"/>'
        f'<polyline points="{path}" fill="none" class="s-main" stroke-width="2"/>{end}</svg>'
    )
