"""Points 加分: net new acceptances × points a unit, within the scheme's bounds."""

from django.utils.translation import gettext_lazy as _

from kpi.choices import Level
from kpi.choices import Measure as Code
from kpi.indicators.measure import Figures, Measure, plain


def formula(item: Figures) -> str:
    """(新增 − 撤销) × 每户分值, which a net of nothing doesn't tell."""
    per_unit = item.rate / item.actual if item.rate is not None and item.actual else None
    return f"({plain(item.gained)} − {plain(item.lost)}) × {plain(per_unit)} = {plain(item.rate)}"


MEASURE = Measure(
    code=Code.POINTS.value,
    label=Code.POINTS.label,
    place=2,
    level=Level.GRID,
    level_words=_("净增记在网格上，所以按网格计；组员按任职天数得网格的分。"),
    has_weight=False,
    reads=frozenset({"products", "points_per_unit"}),
    formula=formula,
)
