"""Faults and complaints of households: written down when somebody hears of them, closed with an outcome."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from core.periods import local_day
from core.refusals import Refusal
from customers.choices import CaseKind
from customers.models import Case, Household

# A complaint may be about the very people who sell there, and one with a number is the fault system's: both are
# closed here by who answers for them. A fault that was written here is closed by whoever saw it mended.
ANSWERABLE = frozenset({Role.HALL_MANAGER, Role.BRANCH})
ON_THE_SPOT = ANSWERABLE | {Role.ACCOUNT_MANAGER, Role.HALL_CLERK}


class CannotRegister(Refusal):
    """What was written of a case can't be."""


class CannotClose(Refusal):
    """Somebody else has to close it, or the outcome is missing."""


def register(
    *, household: Household, kind: str, subject: str, opened_on: dt.date, number: str, by: User, now: dt.datetime
) -> Case:
    """Write down a fault or a complaint; sent twice, it is the one that stands there. Raises CannotRegister."""
    subject, known = subject.strip(), number.strip() or None
    if kind not in CaseKind.values:
        raise CannotRegister(_("请选故障还是投诉。"), field="kind")
    if not subject:
        raise CannotRegister(_("请写一句出了什么事。"), field="subject")
    if opened_on > local_day(now):
        raise CannotRegister(_("发生日期不能晚于今天。"), field="opened_on")
    case = Case(household=household, kind=kind, number=known, subject=subject, opened_on=opened_on, reported_by=by)
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        return _standing(household, case)
    return case


def _standing(household: Household, case: Case) -> Case:
    """The case that the database already has; raises CannotRegister when it is another's, or over."""
    if case.number is None:
        return Case.objects.get(household=household, kind=case.kind, subject=case.subject, number=None, closed_on=None)
    there = Case.objects.get(number=case.number)
    if there.household_id != household.pk:
        raise CannotRegister(_("这个编号登记在另一户名下，请核对。"), field="number")
    if there.closed_on:
        raise CannotRegister(_("这个编号已经办结。又出了事，请不填编号再登记一条。"), field="number")
    return there


def may_close(case: Case, role: str) -> bool:
    """Whether somebody of this role closes this case, if it is open."""
    answerable = case.kind == CaseKind.COMPLAINT or case.number is not None
    return case.closed_on is None and role in (ANSWERABLE if answerable else ON_THE_SPOT)


def close(*, case: Case, outcome: str, by: User, now: dt.datetime) -> bool:
    """Close a case today; False when somebody already had (their outcome stays). Raises CannotClose."""
    if case.closed_on:
        return False
    if not may_close(case, by.role):
        raise CannotClose(_("投诉和有编号的事项，由营业厅经理或分公司办结。"))
    if not outcome.strip():
        raise CannotClose(_("请写处理结果。"), field="outcome")
    still_open = Case.objects.filter(pk=case.pk, closed_on=None)
    return still_open.update(closed_on=local_day(now), closed_by=by, outcome=outcome.strip()) == 1
