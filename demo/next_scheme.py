"""The draft that the demo company's department is writing for the next quarter."""

from decimal import Decimal

from accounts.models import User
from core.periods import Month, local_day
from demo.plan import Plan
from kpi.domain import drafts, schemes
from kpi.models import Indicator

# What the draft changes of the scheme in force: more weight for 3G, and room above the target of FTTH.
CHANGED: dict[str, dict[str, Decimal]] = {
    "A": {"weight": Decimal(20), "cap": Decimal(120)},
    "B": {"weight": Decimal(30)},
}
ADDED: list[Indicator] = []


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
