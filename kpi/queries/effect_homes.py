"""All that a household does to a month: its slips, its acceptances and its lines, each with its effect."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from acceptance.models import Acceptance, FormerAcceptance, Product, Slip
from accounts.scope import Scope
from core.formats import full_day, named
from core.periods import Month
from customers.models import Household, Subscription
from kpi.queries.effects import Effect, effect_of_acceptance, effect_of_slip, net
from kpi.queries.line_effects import effects_of_lines
from kpi.queries.movements import FORMER, in_month


@dataclass(frozen=True, slots=True)
class Told:
    """One record with its effects; `kind` is slip, acceptance or line."""

    kind: str
    number: str
    title: str
    effects: list[Effect]


@dataclass(frozen=True, slots=True)
class HomeEffects:
    """A household in a month. `net` adds up the acceptances, by item; slips tell of the same orders."""

    slips: list[Told]
    acceptances: list[Told]
    lines: list[Told]

    @property
    def net(self) -> list[tuple[str, int]]:
        found = net(effect for told in self.acceptances for effect in told.effects)
        return sorted((code, value) for (_month, code), value in found.items())


def effects_of_household(household: Household, scope: Scope, month: Month) -> HomeEffects:
    """What the records of a household that the scope covers do in a month."""
    once = FormerAcceptance.objects.filter(in_month(month), acceptance=OuterRef("pk"))
    orders = Acceptance.objects.within(scope).filter(in_month(month) | Exists(once), household=household)
    slips = Slip.objects.within(scope).filter(
        household=household, submitted_at__lt=month.end, submitted_at__gte=month.shift(-1).start
    )
    lines = list(household.subscriptions.select_related("household").order_by("opened_on", "code"))
    names = dict(Product.objects.values_list("code", "name"))
    found = effects_of_lines(lines, [month])
    told = [
        Told("acceptance", row.order_no, named(row.product.name), _within(month, effect_of_acceptance(row)))
        for row in orders.select_related("grid", "product").prefetch_related(FORMER).order_by("-accepted_on", "-pk")
    ]
    return HomeEffects(
        slips=[
            Told("slip", slip.number, str(slip.get_state_display()), _within(month, effect_of_slip(slip)))
            for slip in slips.select_related("grid").order_by("-pk")
        ],
        acceptances=[order for order in told if order.effects],  # (one that left the month may count in it still)
        lines=[Told("line", line.code, _line_title(line, names), found[line.pk]) for line in lines],
    )


def _within(month: Month, effects: Iterable[Effect]) -> list[Effect]:
    """Those of the month, and those of none."""
    return [effect for effect in effects if effect.month in (month, None)]


def _line_title(line: Subscription, names: dict[str, str]) -> str:
    return f"{named(names.get(line.product_code, line.product_code))} {full_day(line.opened_on)}"
