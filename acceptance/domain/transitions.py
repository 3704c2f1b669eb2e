"""The life of a slip in one table: which step leads from where to where, and which side may take it."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from acceptance.choices import HALL_STATES, OPEN_STATES, SlipState
from acceptance.domain.actors import Actor
from acceptance.models import Slip
from core.refusals import Refusal


class StepForbidden(Refusal):
    """The slip's state doesn't allow the step."""


class NotYours(Refusal):
    """The step belongs to the other side, or to somebody else."""


class Side(StrEnum):
    FIELD = "field"
    HALL = "hall"


@dataclass(frozen=True, slots=True)
class Step:
    label: Promise
    origins: frozenset[SlipState]
    target: SlipState
    sides: frozenset[Side]


def _step(label: Promise, origins: list[SlipState], target: SlipState, *sides: Side) -> Step:
    return Step(label, frozenset(origins), target, frozenset(sides))


RECEIVE = _step(gettext_lazy("签收"), [SlipState.SUBMITTED, SlipState.TRANSFERRED], SlipState.RECEIVED, Side.HALL)
CLAIM = _step(gettext_lazy("接单"), [SlipState.RECEIVED], SlipState.WORKING, Side.HALL)
RELEASE = _step(gettext_lazy("放下"), [SlipState.WORKING], SlipState.RECEIVED, Side.HALL)
ACCEPT = _step(pgettext_lazy("action", "受理"), [SlipState.RECEIVED, SlipState.WORKING], SlipState.ACCEPTED, Side.HALL)
RETURN = _step(pgettext_lazy("action", "退回补充"), HALL_STATES, SlipState.RETURNED, Side.HALL)
RESUBMIT = _step(gettext_lazy("补充后再提交"), [SlipState.RETURNED], SlipState.SUBMITTED, Side.FIELD)
TRANSFER = _step(pgettext_lazy("action", "转厅"), HALL_STATES, SlipState.TRANSFERRED, Side.HALL)
WITHDRAW = _step(pgettext_lazy("action", "撤单"), OPEN_STATES, SlipState.WITHDRAWN, Side.FIELD, Side.HALL)
ABANDON = _step(gettext_lazy("客户放弃"), OPEN_STATES, SlipState.ABANDONED, Side.FIELD, Side.HALL)
NO_RESOURCE = _step(gettext_lazy("无资源"), HALL_STATES, SlipState.NO_RESOURCE, Side.HALL)
COMPLETE = _step(gettext_lazy("竣工"), [SlipState.ACCEPTED], SlipState.COMPLETED)
DUPLICATE = _step(gettext_lazy("重复"), HALL_STATES, SlipState.DUPLICATE, Side.HALL)

STEPS = {
    "receive": RECEIVE,
    "claim": CLAIM,
    "release": RELEASE,
    "accept": ACCEPT,
    "return": RETURN,
    "resubmit": RESUBMIT,
    "transfer": TRANSFER,
    "withdraw": WITHDRAW,
    "abandon": ABANDON,
    "no_resource": NO_RESOURCE,
    "duplicate": DUPLICATE,
}
# Ends that leave the customer without what they asked for.
LOST = (SlipState.WITHDRAWN, SlipState.ABANDONED, SlipState.NO_RESOURCE)
CLOSINGS = ("withdraw", "abandon", "no_resource", "duplicate")


def sides_of(actor: Actor, slip: Slip) -> frozenset[Side]:
    """The sides of a slip that a person stands on."""
    found = set()
    if (actor.manager is not None and actor.manager == slip.manager_id) or slip.pk in actor.inherited:
        found.add(Side.FIELD)
    if slip.hall_id in actor.halls:
        found.add(Side.HALL)
    return frozenset(found)


def check(step: Step, slip: Slip, actor: Actor) -> None:
    """Raise StepForbidden or NotYours, in words, when this person may not take this step now."""
    if not step.sides & sides_of(actor, slip):
        wanted = _("营业厅") if step.sides == {Side.HALL} else _("提交的客户经理")
        raise NotYours(
            _("“%(step)s”由%(who)s来做，%(number)s 不在您手里。")
            % {"step": step.label, "who": wanted, "number": slip.number}
        )
    if slip.state not in step.origins:
        raise StepForbidden(
            _("%(number)s 现在是“%(state)s”，不能%(step)s。")
            % {"number": slip.number, "state": slip.get_state_display(), "step": step.label}
        )
    holder = slip.claimed_by
    if holder is not None and holder.pk != actor.operator and minds_holder(step, actor):
        raise NotYours(
            _("%(name)s（%(no)s）正在受理 %(number)s。")
            % {"name": holder.name, "no": holder.operator_no, "number": slip.number}
        )


def minds_holder(step: Step, actor: Actor) -> bool:
    """Whether a colleague's claim keeps this person from the step.

    The field side ends its slip whoever holds it, and who leads the hall lays back what a clerk left lying.
    """
    return Side.FIELD not in step.sides and not (step is RELEASE and actor.leads)


def allowed(slip: Slip, actor: Actor) -> list[str]:
    """The names of the steps this person may take now, for the buttons of a page."""
    found = []
    for name, step in STEPS.items():
        try:
            check(step, slip, actor)
        except Refusal:
            continue
        found.append(name)
    return found
