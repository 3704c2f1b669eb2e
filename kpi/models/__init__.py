from kpi.models.inputs import Rating, Target
from kpi.models.months import BranchMonth, Decision
from kpi.models.schemes import Indicator, Scheme
from kpi.models.scores import Balance, ItemScore, Run, Score

__all__ = [
    "Balance",
    "BranchMonth",
    "Decision",
    "Indicator",
    "ItemScore",
    "Rating",
    "Run",
    "Scheme",
    "Score",
    "Target",
]
