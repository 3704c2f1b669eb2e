"""What an indicator measures. A new measure is one file here, its statement and its word in `choices.Measure`."""

from kpi.choices import Measure as MeasureCode
from kpi.indicators import completion, points, rating, retention
from kpi.indicators.measure import Figures, Measure

__all__ = ["MEASURES", "Figures", "Measure"]

# In the order in which they are worked out.
MEASURES: dict[str, Measure] = {
    MeasureCode.COMPLETION: completion.MEASURE,
    MeasureCode.POINTS: points.MEASURE,
    MeasureCode.RETENTION: retention.MEASURE,
    MeasureCode.RATING: rating.MEASURE,
}
