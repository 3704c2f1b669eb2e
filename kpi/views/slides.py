"""What is drawn on the slides of a meeting, from its figures alone."""

import datetime as dt
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from core.formats import listed, number
from core.svg import ranked_bars
from kpi.choices import ItemClass, Measure
from kpi.queries.league import LOW_TOTAL
from kpi.queries.outliers import DROP, FEWEST_GRIDS, MONTHS_BACK, REACH
from kpi.views.rows import head
from managers.choices import Duty, TeamGap
from managers.domain.teams import Finding

Figures = dict[str, Any]
SHOWN_WHOLE, FIRST, LAST = 22, 3, 8
SHOWN = 6  # rows of a table on half a slide
WIDTH = 740  # px of the widest row of lost points
TINTS = ("main", "m2", "m3", "m4", "m5", "m6", "m1")

#: Template and name of each slide, in order.
SLIDES = [
    ("result", gettext_lazy("结果")),
    ("before", gettext_lazy("上次决定")),
    ("league", gettext_lazy("谁掉队")),
    ("exceptions", gettext_lazy("例外")),
    ("movers", gettext_lazy("升降")),
    ("kept", gettext_lazy("保有与渗透")),
    ("appeals", gettext_lazy("申诉")),
    ("raters", pgettext_lazy("list", "评价")),
    ("halls", gettext_lazy("在途")),
    ("teams", pgettext_lazy("list", "小组")),
    ("targets", gettext_lazy("下月目标")),
    ("decisions", pgettext_lazy("list", "决定")),
]


def deck() -> list[tuple[str, str]]:
    """Template of each slide with its name."""
    return [(f"kpi/_slide_{name}.html", str(title)) for name, title in SLIDES]


def drawn(figures: Figures) -> Figures:
    """The figures with their charts, their texts in the reader's language and their days as days."""
    return {
        **figures,
        "parts": [{**part, "label": ItemClass(part["class"]).label} for part in figures["parts"]],
        "bars": _bars(figures),
        "pieces": _pieces(figures["lost"]),
        "rule": _rule(),
        "drop_rule": _drop_rule(),
        "outliers": [_outlier(one) for one in figures["outliers"][:SHOWN]],
        "more_outliers": max(len(figures["outliers"]) - SHOWN, 0),
        "outlier_count": len(figures["outliers"]),
        "drops": figures["drops"][:SHOWN],
        "drop_count": len(figures["drops"]),
        "movers": {side: [_mover(one) for one in found] for side, found in figures["movers"].items()},
        "spread": _spread(figures["raters"]),
        "flat": [one["name"] or _("没有记录评价人") for one in figures["raters"]["each"] if one["is_flat"]],
        "waiting": sum(hall["waiting"] for hall in figures["halls"]),
        "late": sum(hall["late"] for hall in figures["halls"]),
        "halls": figures["halls"][:8],
        "team_count": len(figures["teams"]),
        "teams": [_team(one) for one in figures["teams"][:SHOWN]],
        "size_count": len(figures["sizes"]),
        "sizes": figures["sizes"][:SHOWN],
        **_before(figures["old_decisions"]),
        "low_line": LOW_TOTAL,
    }


def _before(found: list[Figures]) -> Figures:
    """The decisions of last time, and how many were carried out or missed."""
    states = [one["state"] for one in found]
    return {
        "old_decisions": decisions_shown(found),
        "old_done": states.count("done"),
        "old_missed": states.count("missed"),
    }


def decisions_shown(found: Iterable[Mapping[str, Any]]) -> list[Figures]:
    """Decisions with their days as days."""
    return [{**one, "due_on": dt.date.fromisoformat(one["due_on"])} for one in found]


def _bars(figures: Figures) -> SafeString:
    rows = figures["rows"]
    hidden = len(rows) - FIRST - LAST
    lines = [_bar(row) for row in rows]
    if len(rows) > SHOWN_WHOLE:
        gap = ngettext("中间 %(n)d 个", "中间 %(n)d 个", hidden) % {"n": hidden}
        lines = [*lines[:FIRST], ("", f"… {gap} …", 0.0, "", False), *lines[-LAST:]]
    words = _("均值 %(mean)s") % {"mean": number(figures["mean"], 2)}
    return ranked_bars(lines, mean=figures["mean"], mean_text=words, label=_("网格总分排名"))


def _bar(row: Mapping[str, Any]) -> tuple[str, str, float, str, bool]:
    total = row["total"]
    return str(row["rank"]), fitting(short_name(row["name"])), total, number(total, 2), total < LOW_TOTAL


def short_name(name: str) -> str:
    """A grid's name without the street it begins with, where that leaves one."""
    return name.split("-", 1)[-1]


def fitting(name: str, room: float = 8.4) -> str:
    """What of a name fits before its bar. `room` is in the width of a Chinese character; others take 0.6 of it."""
    taken = 0.0
    for at, letter in enumerate(name):
        taken += 0.6 if letter.isascii() else 1
        if taken > room:
            return f"{name[: at - 1]}…"
    return name


def _pieces(lost: list[Figures]) -> Figures:
    """Lost points as bars cut into items. All bars share the scale, the order and the tints; a legend names them."""
    sums: dict[str, float] = {}
    for one in lost:
        for name, points in one["parts"]:
            sums[name] = sums.get(name, 0.0) + points
    order = sorted(sums, key=lambda name: -sums[name])
    tint = {name: TINTS[place % len(TINTS)] for place, name in enumerate(order)}
    top = max((one["points"] for one in lost), default=0) or 1
    return {
        "legend": [(head(name), tint[name]) for name in order],
        "rows": [(one, _cut(dict(one["parts"]), order, tint, top)) for one in lost],
    }


def _cut(points: dict[str, float], order: list[str], tint: dict[str, str], top: float) -> SafeString:
    x, parts = 0.0, []
    for name in order:
        width = points.get(name, 0.0) / top * WIDTH
        if width < 3:
            continue
        text = f"{points[name]:.1f}"
        ink = "on-main" if tint[name] == "main" else ""
        words = f'<text class="{ink}" x="{x + 8:.0f}" y="31" font-size="24">{text}</text>'
        fill = "f-main" if tint[name] == "main" else tint[name]
        parts.append(f'<rect class="{fill}" x="{x:.1f}" y="4" width="{width - 3:.1f}" height="38"/>')
        parts.append(words if 14 * len(text) + 8 < width - 3 else "")
        x += width
    label = listed(f"{head(name)} {points[name]:.1f}" for name in order if name in points)
    return mark_safe(
        f'<svg class="chart" viewBox="0 0 764 46" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )  # every text was escaped above


def _rule() -> str:
    return _("规则：全公司各网格该项的中间一半之外，再远出 %(reach)s 倍宽度（图基围栏，至少 %(n)d 个网格）") % {
        "reach": REACH,
        "n": FEWEST_GRIDS,
    }


def _drop_rule() -> str:
    return _("规则：比本网格前 %(months)d 个月的中位数低 %(drop)s 分以上") % {
        "months": MONTHS_BACK,
        "drop": number(DROP, 0),
    }


def _outlier(one: Figures) -> Figures:
    edge = one["low"] if one["is_low"] else one["high"]
    return {**one, "edge": edge, "is_points": one["measure"] == Measure.POINTS}


def _mover(one: Figures) -> Figures:
    return {
        **one,
        "said": fitting(one["name"], 20),
        "reasons": [(reason, _behind(reason)) for reason in one["reasons"]],
    }


def _behind(reason: Mapping[str, Any]) -> str:
    """The figures that changed with an item's points: net new and target, or the rate."""
    old, new = reason["actual"]
    if reason["measure"] == Measure.COMPLETION and reason["target"][0] != reason["target"][1]:
        was, now = reason["target"]
        figures = {"old": number(old, 0), "new": number(new, 0), "was": number(was, 0), "now": number(now, 0)}
        return _("净增 %(old)s → %(new)s，目标 %(was)s → %(now)s") % figures
    if reason["measure"] in (Measure.COMPLETION, Measure.POINTS):
        return _("净增 %(old)s → %(new)s") % {"old": number(old, 0), "new": number(new, 0)}
    was, now = reason["rate"]
    return _("%(old)s → %(new)s") % {"old": number(was, 2), "new": number(now, 2)}


def _team(one: Figures) -> Figures:
    found = [Finding(TeamGap(f["kind"]), Duty(f["duty"]), f["people"], _day(f["since"])) for f in one["findings"]]
    return {"name": one["name"], "words": listed(f.words for f in found), "since": found[0].since if found else None}


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


LEFT, SCALE, STEP, FULL = 400, 990, 62, 100.0


def _spread(found: Figures) -> SafeString:
    """One line a rater from the lowest to the highest rating with a dot at the mean; the company's mean is dashed."""
    rows = [(one["name"] or _("没有记录评价人"), one) for one in found["each"]]
    if found["company"]:
        rows.append((_("全公司"), found["company"]))
    lowest = min((one["low"] for _name, one in rows), default=0.0)
    start = float(int(max(lowest - 5, 0.0) // 10 * 10))
    parts = [_spread_row(place * STEP, name, one, start) for place, (name, one) in enumerate(rows)]
    bottom = len(rows) * STEP
    if found["company"]:
        x = _at(found["company"]["mean"], start)
        parts.append(f'<line class="s-text" x1="{x}" x2="{x}" y1="0" y2="{bottom}" stroke-dasharray="5 5"/>')
    for value in (start, (start + FULL) / 2, FULL):
        x = _at(value, start)
        parts.append(
            f'<text class="mute" x="{x}" y="{bottom + 30}" font-size="24" text-anchor="middle">{value:g}</text>'
        )
    label = escape(_("各评价人打分的范围和平均"))
    return mark_safe(
        f'<svg class="chart" viewBox="0 0 1744 {bottom + 40}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )  # every text was escaped above


def _at(value: float, start: float) -> str:
    return f"{LEFT + (value - start) / (FULL - start or 1) * SCALE:.0f}"


def _spread_row(y: float, name: str, one: Mapping[str, Any], start: float) -> str:
    low, mean, high = (_at(one[key], start) for key in ("low", "mean", "high"))
    people = ngettext("%(n)d 人", "%(n)d 人", one["people"]) % {"n": one["people"]}
    words = _("平均 %(mean)s，差 %(spread)s") % {"mean": number(one["mean"], 1), "spread": number(one["deviation"], 1)}
    kind = "warn" if one["is_flat"] else "main"
    middle = y + 31
    return (
        f'<text x="0" y="{middle + 8}" font-size="28">{escape(fitting(name))}</text>'
        f'<text class="mute" x="{LEFT - 24}" y="{middle + 8}" font-size="24" text-anchor="end">{escape(people)}</text>'
        f'<line class="s-grey" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}" stroke-width="10"/>'
        f'<circle class="f-{kind}" cx="{mean}" cy="{middle}" r="12"/>'
        f'<text x="{LEFT + SCALE + 40}" y="{middle + 8}" font-size="24">{escape(words)}</text>'
    )
