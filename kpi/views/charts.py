"""Charts of this room, drawn by the server."""

import math
from collections.abc import Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.formats import month as in_month
from core.formats import named, number
from kpi.queries.progress import ItemProgress
from kpi.queries.trends import Point

LEFT, RIGHT, TOP, BOTTOM = 52, 778, 31, 356
LETTER, DAY = 12, 24  # px that a letter of a label is wide at most, and a day of the axis


def _x(item: ItemProgress, day: float) -> float:
    return LEFT + (RIGHT - LEFT) * day / item.days


def _y(item: ItemProgress, value: float) -> float:
    top = max(float(item.target), float(item.projected), float(max(item.daily, default=0)), 1.0)
    return BOTTOM - (BOTTOM - TOP) * max(value, 0.0) / top


def projection(item: ItemProgress) -> SafeString:
    """The running net against the way to the target, and where it ends at this rate."""
    due = round(float(item.target) * item.day / item.days)
    words = escape(_("今天 %(net)s，应到 %(due)s") % {"net": number(item.net), "due": number(due)})
    title = escape(_("%(name)s 累计净增，实际对计划") % {"name": named(item.name)})
    target, projected = _y(item, float(item.target)), _y(item, item.projected)
    drawn = _axis(item) + _lines(item, target, projected) + _today(item, words) + _ends(item, target, projected)
    return mark_safe(
        f'<svg class="chart" viewBox="0 0 860 392" role="img" aria-label="{title}: {words}">{drawn}</svg>'
    )  # texts were escaped


def _lines(item: ItemProgress, target: float, projected: float) -> str:
    """The way to the target in grey, what was done as a line, how it would go on as dashes."""
    kind = "bad" if item.short else "main"
    at = f'x1="{_x(item, item.day):.1f}" y1="{_y(item, item.net):.1f}"'
    path = "".join(f"L{_x(item, day):.1f} {_y(item, value):.1f}" for day, value in enumerate(item.daily, 1))
    return (
        f'<line x1="{LEFT}" y1="{BOTTOM}" x2="{RIGHT}" y2="{target:.1f}" class="s-grey" stroke-width="2"/>'
        f'<line {at} x2="{RIGHT}" y2="{projected:.1f}" class="s-{kind}" stroke-width="2" stroke-dasharray="5 5"/>'
        f'<path d="M{LEFT} {BOTTOM}{path}" fill="none" class="s-{kind}" stroke-width="3" stroke-linejoin="round"/>'
    )


def _today(item: ItemProgress, words: str) -> str:
    """The dot of today; its words stand below the line, on the side with room."""
    x, y = _x(item, item.day), _y(item, item.net)
    at = f'x="{x + 10:.0f}" y="{y + 22:.0f}"'
    if x > 520:  # late in the month there is room on the left only, below where the line was when the words begin
        begin = x - 10 - LETTER * len(words)
        passed = [_y(item, value) for day, value in enumerate(item.daily, 1) if begin - DAY <= _x(item, day) <= x]
        below = min(max([y, *passed]) + 24, BOTTOM - 6)
        at = f'x="{x - 10:.0f}" y="{below:.0f}" text-anchor="end"'
    kind = "bad" if item.short else "main"
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" class="f-{kind}"/><text {at} class="l">{words}</text>'


def ticks(top: float) -> list[int]:
    """The round figures from 0 to `top` that an axis shows: about five, in steps of 1, 2 or 5 times a power of ten."""
    power = 10 ** max(math.floor(math.log10(top / 5)), 0)
    step = next((step for step in (power, 2 * power, 5 * power) if top / step <= 5.5), 10 * power)
    return list(range(0, math.floor(top) + 1, step))


def _axis(item: ItemProgress) -> str:
    unit, days, parts = BOTTOM - _y(item, 1.0), item.days, []
    for value in ticks((BOTTOM - TOP) / unit):
        at = BOTTOM - unit * value
        parts.append(
            f'<line x1="{LEFT}" x2="{RIGHT}" y1="{at:.0f}" y2="{at:.0f}" class="s-grid"/>'
            f'<text x="{LEFT - 10}" y="{at + 4:.0f}" text-anchor="end" class="t">{number(value)}</text>'
        )
    for day in (1, 5, 10, 15, 20, 25, days):
        at = LEFT + (RIGHT - LEFT) * day / days
        parts.append(f'<text x="{at:.0f}" y="382" text-anchor="middle" class="t">{_day(day)}</text>')
    return "".join(parts)


def _day(day: int) -> str:
    return escape(_("%(n)s 日") % {"n": day})


def _ends(item: ItemProgress, target_y: float, projected_y: float) -> str:
    """The two labels at the right, kept apart when the ends lie close."""
    if abs(target_y - projected_y) < 36:
        target_y, projected_y = (
            (min(target_y, projected_y - 36), projected_y)
            if target_y <= projected_y
            else (max(target_y, projected_y + 36), projected_y)
        )
    kind = "l b" if item.short else "l"
    gap = _("差 %(n)s") % {"n": number(item.short)} if item.short else _("够了")
    target, ahead = escape(_("目标")), escape(_("照此"))
    return (
        f'<text x="786" y="{target_y + 5:.0f}" class="l g">{target} {number(item.target, 0)}</text>'
        f'<text x="786" y="{projected_y + 4:.0f}" class="{kind}">{ahead} {number(item.projected)}</text>'
        f'<text x="786" y="{projected_y + 20:.0f}" class="t">{escape(gap)}</text>'
    )


YEAR_WIDE, YEAR_HIGH, YEAR_EDGE = 340, 120, 26


def year_line(points: Sequence[Point]) -> SafeString:
    """A line of twelve months with the first and last month, the highest, the lowest and the last figure written."""
    known = [(n, point) for n, point in enumerate(points) if point.value is not None]
    if not known:
        return mark_safe("")
    values = [point.value or 0.0 for _n, point in known]
    low, span = min(values), (max(values) - min(values)) or 1.0
    step = (YEAR_WIDE - 2 * YEAR_EDGE) / max(len(points) - 1, 1)
    dots = [(YEAR_EDGE + n * step, 84 - ((point.value or 0.0) - low) / span * 58, point) for n, point in known]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _point in dots)
    told = {dots[values.index(low)], dots[values.index(max(values))], dots[-1]}
    words = "".join(
        f'<text x="{x:.1f}" y="{y + (16 if point.value == low else -8):.1f}" text-anchor="middle" class="l">'
        f"{number(point.value, 2)}</text>"
        for x, y, point in sorted(told, key=lambda dot: dot[0])
    )
    marks = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="f-main"/>' for x, y, _point in dots)
    ends = "".join(
        f'<text x="{x:.1f}" y="112" text-anchor="middle" class="t">{escape(in_month(point.month))}</text>'
        for x, point in ((YEAR_EDGE + 20, points[0]), (YEAR_WIDE - YEAR_EDGE - 20, points[-1]))
    )
    label = escape(_("十二个月的总分，最近 %(last)s") % {"last": number(values[-1], 2)})
    return mark_safe(
        f'<svg class="chart" viewBox="0 0 {YEAR_WIDE} {YEAR_HIGH}" role="img" aria-label="{label}">'
        f'<polyline points="{path}" fill="none" class="s-main" stroke-width="2"/>{marks}{words}{ends}</svg>'
    )  # texts were escaped
