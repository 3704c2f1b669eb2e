"""From a score to the very records behind it, and to those that look as if they counted but don't."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from acceptance.choices import OPEN_STATES, SlipState
from acceptance.models import Acceptance, AcceptanceQuerySet, SlipLine
from core.periods import Month, local_day
from customers.models import Subscription
from grids.models import Grid, GridCommunity
from kpi.choices import Measure
from kpi.indicators import MEASURES
from kpi.models import Indicator, ItemScore, Rating, Run
from kpi.queries.effects import Effect, effect_of_acceptance, effect_of_slip
from kpi.queries.losses import home_lines, losses
from kpi.queries.movements import Movement, late_movements, movements
from kpi.queries.standing import counted_until
from managers.models import Posting

__all__ = [
    "Effect",
    "ItemRecords",
    "RatingRecord",
    "Record",
    "Uncounted",
    "effect_of_acceptance",
    "effect_of_slip",
    "records_of_item",
    "uncounted_of_item",
]

NEAR_EDGE = dt.timedelta(days=5)
ROWS_SHOWN = 50
ENDED_STATES = [SlipState.WITHDRAWN, SlipState.ABANDONED, SlipState.NO_RESOURCE, SlipState.DUPLICATE]


@dataclass(frozen=True, slots=True)
class Record:
    """One record: an acceptance (+1), a cancellation or a lost line (−1), or one that doesn't count (0)."""

    delta: int
    day: dt.date
    number: str
    product: str
    address: str
    slip_number: str = ""
    channel: str = ""  # of an order that came with the file alone
    developer: str = ""
    developer_no: str = ""
    operator: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class RatingRecord:
    """A member's rating: the sub-items, their mean, and the days that weigh it in the grid's own."""

    staff_no: str
    name: str
    days: int
    score: Decimal | None
    parts: list[Rating]


@dataclass(frozen=True, slots=True)
class ItemRecords:
    """An item of a grid with its formula and every record; the deltas add up to gained and lost exactly."""

    item: ItemScore
    indicator: Indicator
    formula: str
    records: list[Record] = field(default_factory=list)
    ratings: list[RatingRecord] = field(default_factory=list)

    @property
    def gained(self) -> list[Record]:
        return [record for record in self.records if record.delta > 0]

    @property
    def lost(self) -> list[Record]:
        return [record for record in self.records if record.delta < 0]


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Records that don't count, with the reason; `rows` are the first of `count`."""

    reason: str
    label: str
    count: int
    rows: list[Record]


REASONS = {
    "not_accepted": gettext_lazy("预受理单还没有正式受理"),
    "slip_ended": gettext_lazy("预受理单已撤单、放弃或重复"),
    "outside_month": gettext_lazy("受理日期不在本月"),
    "late": gettext_lazy("这份结果定下之后才录入"),
    "no_grid": gettext_lazy("受理当日客户不属于任何网格"),
    "no_indicator": gettext_lazy("产品不在考核方案内"),
    "new_line": gettext_lazy("本月新开通，不在月初在网数内"),
}


def records_of_item(*, run: Run, grid: Grid, code: str) -> ItemRecords | None:
    """The records behind an item of a grid in a run, or None when the run has no such item."""
    item = ItemScore.objects.filter(run=run, grid=grid, code=code).first()
    indicator = Indicator.objects.filter(scheme=run.scheme_id, code=code).first()
    if item is None or indicator is None:
        return None
    found = ItemRecords(item, indicator, MEASURES[indicator.measure].formula(item))
    month = Month.of(run.month)
    if indicator.measure == Measure.RATING:
        found.ratings.extend(_ratings(grid, month))
    elif indicator.measure == Measure.RETENTION:
        lost = losses(item, indicator, month, counted_until(run, grid.branch_id))
        found.records.extend(_ended(line, -1, _changed(line.pk in lost.changed)) for line in lost.counted)
    else:
        found.records.extend(_movements(grid, indicator, month, counted_until(run, grid.branch_id)))
    return found


def _movements(grid: Grid, indicator: Indicator, month: Month, until: dt.datetime | None) -> list[Record]:
    return [
        _moved(move, move.delta, _changed(move.has_changed))
        for move in movements(grid, indicator.products, month, until)
    ]


def _changed(has_changed: bool) -> str:
    return _("这份结果定下之后又改了") if has_changed else ""


def _moved(move: Movement, delta: int, note: str) -> Record:
    return replace(_accepted(move.order, delta, move.day, note), product=move.stood.product.name)


def _acceptances() -> AcceptanceQuerySet:
    return Acceptance.objects.select_related("household", "product", "slip", "channel", "developer", "operator")


def _accepted(row: Acceptance, delta: int, day: dt.date, note: str = "") -> Record:
    return Record(
        delta=delta,
        day=day,
        number=row.order_no,
        product=row.product.name,
        address=row.household.address,
        slip_number=row.slip.number if row.slip else "",
        channel="" if row.keyed_here else row.channel.name,
        developer=row.developer.name if row.developer else row.developer_name,
        developer_no=row.developer.staff_no if row.developer else "",
        operator=row.operator.operator_no if row.operator else "",
        note=note,
    )


def _ended(line: Subscription, delta: int, note: str = "") -> Record:
    assert line.closed_on is not None
    return Record(delta, line.closed_on, line.code, line.product_code, line.household.address, note=note)


def _ratings(grid: Grid, month: Month) -> list[RatingRecord]:
    days: dict[int, int] = {}
    people = {}
    served = Posting.objects.filter(grid=grid, period__overlap=(month.first, month.next_first)).select_related(
        "manager"
    )
    for posting in served.order_by("manager__staff_no"):
        start = max(posting.period.lower, month.first)
        end = min(posting.period.upper or month.next_first, month.next_first)
        days[posting.manager_id] = days.get(posting.manager_id, 0) + (end - start).days
        people[posting.manager_id] = posting.manager
    parts: dict[int, list[Rating]] = {key: [] for key in people}
    for rating in Rating.objects.filter(month=month.first, manager__in=people).order_by("item"):
        parts[rating.manager_id].append(rating)
    return [
        RatingRecord(person.staff_no, person.name, days[key], _mean(parts[key]), parts[key])
        for key, person in people.items()
    ]


def _mean(parts: list[Rating]) -> Decimal | None:
    return sum((part.score for part in parts), Decimal(0)) / len(parts) if parts else None


def uncounted_of_item(*, run: Run, grid: Grid, code: str) -> list[Uncounted]:
    """What one might look for behind an item and not find, by reason; only reasons that have records."""
    indicator = Indicator.objects.filter(scheme=run.scheme_id, code=code).first()
    if indicator is None or indicator.measure == Measure.RATING:
        return []
    month = Month.of(run.month)
    if indicator.measure == Measure.RETENTION:
        return _reasons(
            [
                ("late", _late_losses(run, grid, indicator, month)),
                ("new_line", _new_lines(grid, indicator, month)),
            ]
        )
    return _reasons(
        [
            ("not_accepted", _slips(grid, indicator, month, OPEN_STATES)),
            ("slip_ended", _slips(grid, indicator, month, ENDED_STATES)),
            ("late", _late(grid, indicator, month, counted_until(run, grid.branch_id))),
            ("outside_month", _near_edges(grid, indicator, month)),
            ("no_grid", _without_grid(grid, indicator, month)),
            ("no_indicator", _without_indicator(run, grid, month)),
        ]
    )


def _reasons(found: Iterable[tuple[str, list[Record]]]) -> list[Uncounted]:
    return [Uncounted(reason, str(REASONS[reason]), len(rows), rows[:ROWS_SHOWN]) for reason, rows in found if rows]


def _slips(grid: Grid, indicator: Indicator, month: Month, states: list[SlipState]) -> list[Record]:
    wanted = SlipLine.objects.filter(
        slip__grid=grid,
        slip__state__in=states,
        slip__submitted_at__gte=month.shift(-1).start,
        slip__submitted_at__lt=month.end,
        product__in=indicator.products,
    ).select_related("slip__household", "slip__manager", "product")
    return [
        Record(
            0,
            local_day(line.slip.submitted_at),
            line.slip.number,
            line.product.name,
            line.slip.household.address if line.slip.household else line.slip.typed_address,
            slip_number=line.slip.number,
            developer=line.slip.manager.name,
            developer_no=line.slip.manager.staff_no,
            note=line.slip.get_state_display(),
        )
        for line in wanted.order_by("slip__submitted_at")
        if line.slip.submitted_at
    ]


def _late(grid: Grid, indicator: Indicator, month: Month, until: dt.datetime | None) -> list[Record]:
    """What a correction counts, or will count: entered after the result was worked out."""
    late = late_movements(grid, indicator.products, month, until) if until else []
    return [_moved(move, 0, _("退订") if move.delta < 0 else "") for move in late]


def _late_losses(run: Run, grid: Grid, indicator: Indicator, month: Month) -> list[Record]:
    item = ItemScore.objects.filter(run=run, grid=grid, code=indicator.code).first()
    lost = losses(item, indicator, month, counted_until(run, grid.branch_id)) if item else None
    return [_ended(line, 0) for line in lost.late] if lost else []


def _near_edges(grid: Grid, indicator: Indicator, month: Month) -> list[Record]:
    before = Q(accepted_on__gte=month.first - NEAR_EDGE, accepted_on__lt=month.first)
    after = Q(accepted_on__gte=month.next_first, accepted_on__lt=month.next_first + NEAR_EDGE)
    found = _acceptances().filter(before | after, grid=grid, product__in=indicator.products)
    return [_accepted(row, 0, row.accepted_on) for row in found.order_by("accepted_on", "order_no")]


def _without_grid(grid: Grid, indicator: Indicator, month: Month) -> list[Record]:
    # Of the communities that the grid ever held: those are where one would miss them.
    communities = GridCommunity.objects.filter(grid=grid).values("community_id")
    found = _acceptances().accepted_between(month.first, month.next_first)
    found = found.filter(grid=None, product__in=indicator.products, household__community__in=communities)
    return [_accepted(row, 0, row.accepted_on) for row in found.order_by("accepted_on", "order_no")]


def _without_indicator(run: Run, grid: Grid, month: Month) -> list[Record]:
    counted = {product for rule in _counting(run.scheme_id) for product in rule.products}
    found = _acceptances().accepted_between(month.first, month.next_first).filter(grid=grid)
    found = found.exclude(product__in=counted)
    return [_accepted(row, 0, row.accepted_on) for row in found.order_by("accepted_on", "order_no")]


def _counting(scheme_id: int | None) -> list[Indicator]:
    """The indicators of a scheme that count acceptances."""
    measures = [Measure.COMPLETION, Measure.POINTS]
    return list(Indicator.objects.filter(scheme=scheme_id, measure__in=measures)) if scheme_id else []


def _new_lines(grid: Grid, indicator: Indicator, month: Month) -> list[Record]:
    found = home_lines(grid, indicator.products, month).filter(
        opened_on__gte=month.first, opened_on__lt=month.next_first
    )
    return [
        Record(0, line.opened_on, line.code, line.product_code, line.household.address)
        for line in found.order_by("opened_on", "code")
    ]
