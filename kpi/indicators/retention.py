"""Retention 保有率: lines of the month's start still there at its end ÷ all of them, against the target rate."""

from django.utils.translation import gettext_lazy as _

from kpi.choices import Level
from kpi.choices import Measure as Code
from kpi.indicators.measure import Figures, Measure, plain


def formula(item: Figures) -> str:
    """(月初在网 − 流失) ÷ 月初在网 ÷ 目标率 × 100."""
    kept = f"({plain(item.base)} − {plain(item.lost)})"
    return f"{kept} ÷ {plain(item.base)} ÷ {plain(item.target)}% × 100 = {plain(item.rate)}"


MEASURE = Measure(
    code=Code.RETENTION.value,
    label=Code.RETENTION.label,
    place=3,
    level=Level.GRID,
    level_words=_("在网用户按月初所在的网格数，所以按网格计；组员按任职天数得网格的分。"),
    reads=frozenset({"products", "target_rate"}),
    formula=formula,
)
