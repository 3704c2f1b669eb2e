"""Completion 完成率: net new acceptances ÷ the grid's month target × 100."""

from kpi.choices import Level
from kpi.indicators.measure import Figures, Measure, plain


def formula(item: Figures) -> str:
    """(新增 − 撤销) ÷ 目标 × 100."""
    return f"({plain(item.gained)} − {plain(item.lost)}) ÷ {plain(item.target)} × 100 = {plain(item.rate)}"


MEASURE = Measure(
    statement="kpi/score_completion", level=Level.GRID, needs_target=True, has_weight=True, formula=formula
)
