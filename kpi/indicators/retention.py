"""Retention 保有率: lines of the month's start still there at its end ÷ all of them, against the target rate."""

from kpi.choices import Level
from kpi.indicators.measure import Figures, Measure, plain


def formula(item: Figures) -> str:
    """(月初在网 − 流失) ÷ 月初在网 ÷ 目标率 × 100."""
    kept = f"({plain(item.base)} − {plain(item.lost)})"
    return f"{kept} ÷ {plain(item.base)} ÷ {plain(item.target)}% × 100 = {plain(item.rate)}"


MEASURE = Measure(
    statement="kpi/score_retention", level=Level.GRID, needs_target=False, has_weight=True, formula=formula
)
