"""A preview of targets: a branch's totals spread over its grids, or last month's carried over."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _

from core.formats import month as in_month
from core.periods import Month
from grids.models import Grid
from kpi.domain import targets
from kpi.domain.spreading import SpreadRefused, scaled, spread
from kpi.forms_inputs import factor_in, totals_in
from kpi.models import Indicator, Target
from kpi.queries.inputs import stored_targets
from kpi.queries.weights import MONTHS_BACK, weights_of

WAYS = ("households", "recent", "gap", "last")


@dataclass(frozen=True, slots=True)
class Proposal:
    """One cell of the preview: what the sheet holds and what it would hold; `weight` None where it takes no part."""

    key: str
    now: str
    then: str
    weight: int | None = None

    @property
    def is_change(self) -> bool:
        return self.then not in (self.now, "") and not (self.then == "0" and not self.now)


@dataclass(slots=True)
class Spread:
    """The whole preview; `wrong` says beside which field what is wrong, by its name."""

    by: str
    factor: str
    totals: dict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[Grid, list[Proposal]]] = field(default_factory=list)
    codes: list[Indicator] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return sum(cell.is_change for _grid, cells in self.rows for cell in cells)

    @property
    def seen(self) -> str:
        seen = {cell.key: cell.now for _grid, cells in self.rows for cell in cells}
        return json.dumps(seen, ensure_ascii=False)

    @property
    def sums(self) -> list[tuple[int, Decimal]]:
        """Of each column the sum of the weights and of what it would hold."""
        columns = zip(*(cells for _grid, cells in self.rows), strict=True)
        return [
            (sum(max(cell.weight or 0, 0) for cell in column), sum((_value(cell.then) for cell in column), Decimal(0)))
            for column in columns
        ]


def _value(text: str) -> Decimal:
    return Decimal(text) if text[:1].isdigit() else Decimal(0)


def ways(month: Month, chosen: str) -> list[tuple[str, str, str, bool]]:
    """Value, name, explanation and choice of each way."""
    first, last = in_month(month.shift(-MONTHS_BACK)), in_month(month.shift(-1))
    words = {
        "households": (_("按户数"), _("月初各网格的住户")),
        "recent": (
            _("按前三个月净增"),
            _("%(first)s至%(last)s，负的按 0") % {"first": first, "last": last},
        ),
        "gap": (_("按渗透缺口"), _("住户减去在用的线，负的按 0")),
        "last": (_("抄上月"), _("%(last)s的目标乘以比例，不考核的连同理由一起抄") % {"last": last}),
    }
    return [(way, *words[way], way == chosen) for way in WAYS]


def spread_asked(query: QueryDict, month: Month, today: dt.date, grids: list[Grid], rules: list[Indicator]) -> Spread:
    """The preview that the address asks for."""
    codes = [rule.code for rule in rules]
    totals, wrong = totals_in(query, codes)
    by = query.get("by", "")
    found = Spread(
        by=by if by in WAYS else "households",
        factor=query.get("factor", "100")[:10],
        totals={code: query.get(f"total-{code}", "")[:20] for code in codes},
        wrong=wrong,
    )
    if not grids or wrong:
        return found
    stored = stored_targets(month, [grid.pk for grid in grids])
    if found.by == "last":
        _carry(found, month, grids, rules, stored)
    elif totals:
        _spread(found, totals, month, today, grids, [rule for rule in rules if rule.code in totals], stored)
    return found


Stored = Mapping[tuple[int, str], Target]


def _carry(found: Spread, month: Month, grids: list[Grid], rules: list[Indicator], stored: Stored) -> None:
    try:
        factor = factor_in(found.factor)
    except ValueError:
        found.wrong["factor"] = _("比例要大于 0，最多 1000，例如 105。")
        return
    before = stored_targets(month.shift(-1), [grid.pk for grid in grids])
    if not before:
        found.wrong["factor"] = _("上个月没有目标可抄。")
        return
    found.codes = rules
    for grid in grids:
        cells = []
        for rule in rules:
            old = before.get((grid.pk, rule.code))
            value = scaled(value=old.value, factor=factor) if old and not old.is_exempt else None
            then = targets.as_text(value, old.is_exempt, old.reason) if old else ""
            cells.append(_proposal(grid, rule, stored, then))
        found.rows.append((grid, cells))


def _spread(
    found: Spread,
    totals: Mapping[str, int],
    month: Month,
    today: dt.date,
    grids: list[Grid],
    rules: list[Indicator],
    stored: Stored,
) -> None:
    """A grid that is 不考核 with an item takes no part in its total."""
    weights = weights_of(found.by, month=month, today=today, grids=grids, rules=rules)
    exempt = {key for key, target in stored.items() if target.is_exempt}
    parts: dict[str, dict[str, int]] = {}
    for rule in rules:
        taking_part = {grid.code: weights[rule.code][grid.code] for grid in grids if (grid.pk, rule.code) not in exempt}
        try:
            parts[rule.code] = spread(total=totals[rule.code], weights=taking_part)
        except SpreadRefused as refusal:
            found.wrong[rule.code] = str(refusal)
    if found.wrong:
        return
    found.codes = rules
    for grid in grids:
        cells = []
        for rule in rules:
            is_in = (grid.pk, rule.code) not in exempt
            then = str(parts[rule.code][grid.code]) if is_in else targets.stored_text(stored[grid.pk, rule.code])
            cells.append(_proposal(grid, rule, stored, then, weights[rule.code][grid.code] if is_in else None))
        found.rows.append((grid, cells))


def _proposal(grid: Grid, rule: Indicator, stored: Stored, then: str, weight: int | None = None) -> Proposal:
    now = targets.stored_text(stored.get((grid.pk, rule.code)))
    return Proposal(targets.key_of(grid.pk, rule.code), now, then or now, weight)
