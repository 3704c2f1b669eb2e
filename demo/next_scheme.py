"""The draft that the demo company's department is writing for the next quarter."""

from decimal import Decimal

from django.utils.translation import gettext_noop

from accounts.models import User
from core.periods import Month, local_day
from demo.plan import Plan
from kpi.choices import ItemClass, Level
from kpi.domain import drafts, schemes
from kpi.models import Indicator

# What the draft changes of the scheme in force: room above the target of FTTH, and some of its weight for speed-ups.
CHANGED: dict[str, dict[str, Decimal]] = {
    "A": {"weight": Decimal(20), "cap": Decimal(120)},
    "B": {"weight": Decimal(25)},
}
ADDED = [
    Indicator(
        code="H",
        name=gettext_noop("提速办理率"),
        item_class=ItemClass.BUSINESS,
        measure="uptake",
        level=Level.GRID,
        products=["SPEEDUP"],
        weight=Decimal(5),
        target_rate=Decimal("0.80"),
    )
]


def draft_next_scheme(plan: Plan) -> None:
    """Begin the draft from the scheme in force."""
    today = Month.of(local_day(plan.now))
    used = schemes.in_force(today)
    quarter = today.shift(3)
    rows = list(used.indicators.all())
    for row in rows:
        for name, value in CHANGED.get(row.code, {}).items():
            setattr(row, name, value)
    drafts.begin(
        year=quarter.year,
        quarter=quarter.quarter,
        version=1,
        head=drafts.head_of(used).starting(drafts.quarter_first(quarter.year, quarter.quarter)),
        indicators=[*rows, *ADDED],
        by=User.objects.get(username="company"),
        now=plan.now,
    )
