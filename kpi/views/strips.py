"""The strip plot of raters: one dot a person, so that a scale that isn't used shows itself."""

from collections import Counter
from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.formats import number
from kpi.queries.raters import Raters, Spread

WIDTH, LEFT, RIGHT, ROW, TOP = 420, 116, 406, 34, 26
ROOM = 13  # narrow letters of a name that fit before the plot
DOT, STACKED = 3.5, 4  # radius, and how many equal ones stand apart


def strip(found: Raters) -> SafeString:
    """Raters as rows, scores from left to right, the mean of each as a tick and the company's as a dashed line."""
    rows = [*found.each, *([found.company] if found.company else [])]
    if not rows:
        return SafeString("")
    low = min(row.low for row in rows) // 10 * 10
    low = min(low, 80.0)
    height = TOP + ROW * len(rows) + 8
    words = escape(_("每位评价人给出的分数，一个点是一个人"))
    body = _axis(low, height) + _company(found.company, low, height)
    body += "".join(_row(row, TOP + ROW * place, low, row is found.company) for place, row in enumerate(rows))
    return mark_safe(
        f'<svg class="chart strip" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{words}">{body}</svg>'
    )  # names were escaped


def _x(score: float, low: float) -> float:
    return LEFT + (RIGHT - LEFT) * (score - low) / (100 - low)


def _axis(low: float, height: int) -> str:
    lines = ""
    for score in range(int(low), 101, 10):
        x = _x(score, low)
        lines += f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height - 4}" class="s-grid"/>'
        lines += f'<text x="{x:.1f}" y="12" text-anchor="middle" class="t">{score}</text>'
    return lines


def _company(company: Spread | None, low: float, height: int) -> str:
    if company is None:
        return ""
    x = _x(company.mean, low)
    return f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height - 4}" class="s-grey" stroke-dasharray="4 4"/>'


def _row(row: Spread, y: float, low: float, is_company: bool) -> str:
    kind = "f-grey" if is_company else "f-bad" if row.is_flat else "f-main"
    middle = y + ROW / 2
    x = _x(row.mean, low)
    label = escape(_cut(row.name))
    told = escape(f"{row.name} {number(row.mean, 1)}")
    return (
        f'<g><title>{told}</title><text x="{LEFT - 12}" y="{middle + 4:.1f}" text-anchor="end" class="l">{label}</text>'
        f"{_dots(row.scores, middle, low, kind)}"
        f'<line x1="{x:.1f}" y1="{middle - 12:.1f}" x2="{x:.1f}" y2="{middle + 12:.1f}" class="s-text" '
        f'stroke-width="2"/></g>'
    )


def _cut(name: str) -> str:
    """As much of a name as there is room for: a Chinese letter takes twice the room of another."""
    room = ROOM
    for place, letter in enumerate(name):
        room -= 2 if ord(letter) > 0x2E80 else 1
        if room < 0:
            return f"{name[: place - 1]}…"
    return name


def _dots(scores: Iterable[float], middle: float, low: float, kind: str) -> str:
    """Dots that would cover each other are stacked, up and down in turn."""
    seen: Counter[int] = Counter()
    drawn = ""
    for score in sorted(scores):
        x = _x(score, low)
        place = seen[round(x / (2 * DOT))] % (2 * STACKED)
        seen[round(x / (2 * DOT))] += 1
        off = (place + 1) // 2 * DOT * (1 if place % 2 else -1)
        drawn += f'<circle cx="{x:.1f}" cy="{middle + off:.1f}" r="{DOT}" class="{kind}" fill-opacity=".7"/>'
    return drawn
