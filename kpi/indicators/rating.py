"""Rating 主观评价: the mean of the rated sub-items of a person; of a grid, the mean of its members by days."""

from django.utils.translation import gettext_lazy as _

from kpi.choices import Level
from kpi.choices import Measure as Code
from kpi.indicators.measure import Figures, Measure, plain


def formula(item: Figures) -> str:
    """已评子项的平均分."""
    return plain(item.rate)


MEASURE = Measure(
    code=Code.RATING.value,
    label=Code.RATING.label,
    place=4,
    level=Level.PERSON,
    level_words=_("评价的是人，所以按个人计；网格的分是组员按天数的平均。"),
    reads=frozenset(),
    formula=formula,
)
