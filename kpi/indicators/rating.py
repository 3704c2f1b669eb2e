"""Rating 主观评价: the mean of the rated sub-items of a person; of a grid, the mean of its members by days."""

from kpi.choices import Level
from kpi.indicators.measure import Figures, Measure, plain


def formula(item: Figures) -> str:
    """已评子项的平均分."""
    return plain(item.rate)


MEASURE = Measure(
    statement="kpi/score_rating", level=Level.PERSON, needs_target=False, has_weight=True, formula=formula
)
