import datetime as dt
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grids.models import Branch, Grid, Hall, dated
from managers.choices import Duty, TeamGap


class ManagerQuerySet(models.QuerySet["Manager"]):
    def within(self, scope: Scope) -> Self:
        """People of the scope's branches, of its grids (who serve or served there), and oneself."""
        if scope.everything:
            return self
        found = Q(branch__in=scope.branches) | Q(pk=scope.manager)
        if scope.sub_bureaus or scope.halls or scope.grids:
            found |= Q(pk__in=Posting.objects.filter(grid__in=Grid.objects.within(scope)).values("manager_id"))
        return self.filter(found)


class Manager(models.Model):
    """A senior account manager 高级客户经理 (a person, not a queryset)."""

    staff_no = models.CharField(_("工号"), max_length=20, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="managers", verbose_name=_("分公司"))
    phone = models.CharField(_("手机号"), max_length=20, blank=True)
    name_key = models.CharField(_("拼音"), max_length=120, blank=True)

    objects = ManagerQuerySet.as_manager()

    class Meta:
        verbose_name = _("高级客户经理")
        verbose_name_plural = _("高级客户经理")
        ordering = ["staff_no"]

    def __str__(self) -> str:
        return f"{self.name} {self.staff_no}"


class PostingQuerySet(models.QuerySet["Posting"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(grid__in=Grid.objects.within(scope))

    def active_on(self, day: dt.date) -> Self:
        return self.filter(period__contains=day)


class Posting(models.Model):
    """Which grid a manager serves, with which duty, on which days; one grid at a time (专属)."""

    manager = models.ForeignKey(Manager, models.PROTECT, related_name="postings", verbose_name=_("客户经理"))
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="postings", verbose_name=_("网格"))
    duty = models.CharField(_("分工"), max_length=10, choices=Duty.choices)
    period = DateRangeField(_("任期"))

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints = [
            *dated("posting"),
            models.CheckConstraint(condition=Q(duty__in=Duty.values), name="posting_duty_known"),
            ExclusionConstraint(
                name="manager_in_one_grid_a_day",
                expressions=[
                    ("manager", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                # Deferred by imports: one statement closes a period and opens the next.
                deferrable=models.Deferrable.IMMEDIATE,
                violation_error_message=_("这位客户经理在这段时间里已经在另一个网格任职。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager_id}@{self.grid_id}"


class TeamWaiver(models.Model):
    """A team that is short or over strength for a time, with the reason."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="team_waivers", verbose_name=_("网格"))
    gap = models.CharField(_("情形"), max_length=10, choices=TeamGap.choices)
    period = DateRangeField(_("有效期"))
    reason = models.CharField(_("理由"), max_length=200)

    class Meta:
        verbose_name = _("编制例外")
        verbose_name_plural = _("编制例外")
        constraints = [
            *dated("teamwaiver"),
            models.CheckConstraint(condition=~Q(reason=""), name="teamwaiver_reason_given"),
            ExclusionConstraint(
                name="teamwaiver_once",
                expressions=[
                    ("grid", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grid_id} {self.gap}"


class OperatorQuerySet(models.QuerySet["Operator"]):
    def within(self, scope: Scope) -> Self:
        return self if scope.everything else self.filter(hall__in=Hall.objects.within(scope))


class Operator(models.Model):
    """A hall clerk 营业员, known by the operator number 操作工号."""

    operator_no = models.CharField(_("操作工号"), max_length=20, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    hall = models.ForeignKey(Hall, models.PROTECT, related_name="operators", verbose_name=_("营业厅"))

    objects = OperatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("营业员")
        verbose_name_plural = _("营业员")
        ordering = ["operator_no"]

    def __str__(self) -> str:
        return f"{self.operator_no} {self.name}"
