"""Points 加分: net new acceptances × points a unit, within the scheme's bounds."""

from decimal import Decimal

from kpi.choices import Level
from kpi.indicators.measure import Figures, Measure, plain


def formula(item: Figures) -> str:
    """(新增 − 撤销) × 每户分值."""
    per_unit = item.rate / item.actual if item.rate is not None and item.actual else Decimal(0)
    return f"({plain(item.gained)} − {plain(item.lost)}) × {plain(per_unit)} = {plain(item.rate)}"


MEASURE = Measure(statement="kpi/score_points", level=Level.GRID, needs_target=False, has_weight=False, formula=formula)
