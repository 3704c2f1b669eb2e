"""The score sheet: a total as the sum of its items, each with what went into it."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from grids.models import Grid
from kpi.choices import ItemStatus, Measure
from kpi.domain import worth
from kpi.models import Indicator, ItemScore, Run, Score
from kpi.queries.generations import Generation
from managers.models import Manager


def indicators_of(run_id: int | None) -> list[Indicator]:
    """The items of the scheme that a run used, in order."""
    return list(Indicator.objects.filter(scheme__run=run_id).distinct()) if run_id else []


@dataclass(frozen=True, slots=True)
class Item:
    """One term of the sum: the rule and the result."""

    rule: Indicator
    result: ItemScore

    @property
    def is_scored(self) -> bool:
        return self.result.status == ItemStatus.SCORED

    @property
    def is_capped(self) -> bool:
        return self.is_scored and self.result.rate is not None and self.result.rate > self.rule.cap

    @property
    def is_floored(self) -> bool:
        return self.is_scored and self.result.rate is not None and self.result.rate < self.rule.floor

    @property
    def is_respread(self) -> bool:
        """The weight differs from the scheme's because another item of the class is 不考核."""
        return self.is_scored and self.rule.measure != Measure.POINTS and self.result.weight != self.rule.weight


@dataclass(frozen=True, slots=True)
class Sheet:
    """A score with its items. `exact` is their sum with every digit, the total is it rounded to 2 places."""

    score: Score
    run: Run
    items: list[Item]
    count_in_branch: int
    before: Score | None

    @property
    def exact(self) -> Decimal:
        return sum((item.result.weighted for item in self.items), Decimal(0))

    @property
    def fraction(self) -> Fraction:
        """What the total is rounded from: weights that were spread can have endless digits, and the terms of the sum
        are shown with 6 places."""
        return worth.exact_total(worth.Scored(i.rule, i.result.status, i.result.score) for i in self.items)

    @property
    def is_endless(self) -> bool:
        """The terms shown are rounded themselves, so that their sum may lie a millionth beside the true one."""
        return self.fraction != Fraction(self.exact)

    @property
    def climbed(self) -> int | None:
        return None if self.before is None else self.before.rank_in_branch - self.score.rank_in_branch

    def item(self, code: str | None) -> Item | None:
        """The chosen item, or the first."""
        chosen = [item for item in self.items if item.rule.code == code]
        return next(iter(chosen or self.items), None)


def sheet(
    shown: Generation, before: Generation, *, grid: Grid | None = None, manager: Manager | None = None
) -> Sheet | None:
    """The sheet of a grid or of a person in the generation shown; None without a score."""
    scores = Score.objects.filter(grid=grid, manager=manager)
    score = scores.filter(run__in=shown.run_ids, month=shown.month.first).select_related("branch").last()
    if score is None or shown.runs.get(score.branch_id) != score.run_id:
        return None
    run = Run.objects.select_related("scheme").get(pk=score.run_id)
    results = {result.code: result for result in ItemScore.objects.filter(run=run, grid=grid, manager=manager)}
    rules = run.scheme.indicators.all() if run.scheme else []
    old = scores.filter(run=before.runs.get(score.branch_id), month=before.month.first).last()
    peers = Score.objects.filter(run=run, branch=score.branch_id, grid__isnull=grid is None)
    return Sheet(
        score=score,
        run=run,
        items=[Item(rule, results[rule.code]) for rule in rules if rule.code in results],
        count_in_branch=peers.count(),
        before=old,
    )
