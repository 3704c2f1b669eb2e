"""Completion 完成率: net new acceptances ÷ the grid's month target × 100."""

from django.utils.translation import gettext_lazy as _

from kpi.choices import Level
from kpi.choices import Measure as Code
from kpi.indicators.measure import Figures, Measure, plain


def formula(item: Figures) -> str:
    """(新增 − 撤销) ÷ 目标 × 100."""
    return f"({plain(item.gained)} − {plain(item.lost)}) ÷ {plain(item.target)} × 100 = {plain(item.rate)}"


MEASURE = Measure(
    code=Code.COMPLETION.value,
    label=Code.COMPLETION.label,
    place=1,
    level=Level.GRID,
    level_words=_("目标定在网格上，所以按网格计；组员按任职天数得网格的分。"),
    needs_target=True,
    formula=formula,
)
