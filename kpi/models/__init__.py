from kpi.models.appeals import Appeal
from kpi.models.corrections import Adjustment, Correction, Drift
from kpi.models.inputs import Rating, RatingDraft, Target
from kpi.models.meetings import Decision, MeetingSnapshot
from kpi.models.months import BranchMonth
from kpi.models.packs import CompanyPack
from kpi.models.plans import TargetChange, TargetPlan
from kpi.models.replays import Replay
from kpi.models.schemes import Indicator, Scheme, SchemeReceipt
from kpi.models.scores import Balance, ItemScore, Run, Score
from kpi.models.tallies import Loss, SumCheck, Tally, TouchedGrid

__all__ = [
    "Adjustment",
    "Appeal",
    "Balance",
    "BranchMonth",
    "CompanyPack",
    "Correction",
    "Decision",
    "Drift",
    "Indicator",
    "ItemScore",
    "Loss",
    "MeetingSnapshot",
    "Rating",
    "RatingDraft",
    "Replay",
    "Run",
    "Scheme",
    "SchemeReceipt",
    "Score",
    "SumCheck",
    "Tally",
    "Target",
    "TargetChange",
    "TargetPlan",
    "TouchedGrid",
]
