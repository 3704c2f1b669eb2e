"""Charts of this room, drawn by the server."""

from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.formats import number
from kpi.queries.progress import ItemProgress

LEFT, RIGHT, TOP, BOTTOM = 52, 778, 31, 356


def projection(item: ItemProgress) -> SafeString:
    """The running net against the way to the target, and where it ends at this rate."""
    target = float(item.target)
    top = max(target, float(item.projected), float(max(item.daily, default=0)), 1.0)
    kind = "bad" if item.short else "main"

    def x(day: float) -> str:
        return f"{LEFT + (RIGHT - LEFT) * day / item.days:.1f}"

    def y(value: float) -> str:
        return f"{BOTTOM - (BOTTOM - TOP) * max(value, 0.0) / top:.1f}"

    path = "".join(f"L{x(day)} {y(value)}" for day, value in enumerate(item.daily, 1))
    at_x, at_y = x(item.day), y(item.net)
    due = round(target * item.day / item.days)
    label = _("今天 %(net)s，应到 %(due)s") % {"net": number(item.net), "due": number(due)}
    right = float(at_x) > 520
    words_x = f"{float(at_x) - 10:.0f}" if right else f"{float(at_x) + 10:.0f}"
    anchor = ' text-anchor="end"' if right else ""
    parts = [
        _axis(top, item.days),
        f'<line x1="{LEFT}" y1="{BOTTOM}" x2="{RIGHT}" y2="{y(target)}" class="s-grey" stroke-width="2"/>',
        f'<line x1="{at_x}" y1="{at_y}" x2="{RIGHT}" y2="{y(item.projected)}" class="s-{kind}" stroke-width="2" '
        'stroke-dasharray="5 5"/>',
        f'<path d="M{LEFT} {BOTTOM}{path}" fill="none" class="s-{kind}" stroke-width="3" stroke-linejoin="round"/>',
        f'<circle cx="{at_x}" cy="{at_y}" r="5" class="f-{kind}"/>',
        f'<text x="{words_x}" y="{float(at_y) + (46 if right else 22):.0f}" class="l"{anchor}>{escape(label)}</text>',
        _ends(item, float(y(target)), float(y(item.projected))),
    ]
    title = _("%(name)s 累计净增，实际对计划") % {"name": item.name}
    return mark_safe(
        f'<svg class="chart" viewBox="0 0 860 392" role="img" aria-label="{escape(title)}。{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )  # texts were escaped above


def _axis(top: float, days: int) -> str:
    parts = []
    for step in range(5):
        value, at = top * step / 4, BOTTOM - (BOTTOM - TOP) * step / 4
        parts.append(
            f'<line x1="{LEFT}" x2="{RIGHT}" y1="{at:.0f}" y2="{at:.0f}" class="s-grid"/>'
            f'<text x="{LEFT - 10}" y="{at + 4:.0f}" text-anchor="end" class="t">{number(round(value))}</text>'
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
    return (
        f'<text x="786" y="{target_y + 5:.0f}" class="l g">{escape(_("目标"))} {number(item.target, 0)}</text>'
        f'<text x="786" y="{projected_y + 4:.0f}" class="{kind}">{escape(_("照此"))} {number(item.projected)}</text>'
        f'<text x="786" y="{projected_y + 20:.0f}" class="t">{escape(gap)}</text>'
    )
