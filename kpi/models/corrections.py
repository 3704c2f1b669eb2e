"""Later truth about a closed month: a correction beside the closed result, its differences booked in an open one."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grids.models import Branch, Grid, place_filter
from kpi.models.guards import closed_month_guards, no_truncate_guard, signs_its_own_run
from kpi.models.scores import ONE_SUBJECT, Run
from managers.models import Manager


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(branch__in=Branch.objects.within(scope))


class Correction(models.Model):
    """A signed recompute of a branch's closed month. The closed result stays; the newest correction is 更正后."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="corrections", verbose_name=_("分公司"))
    month = models.DateField(_("所更正月份"))
    number = models.PositiveIntegerField(_("编号"))
    run = models.OneToOneField(Run, models.PROTECT, related_name="correction", verbose_name=_("重算"))
    booked_month = models.DateField(_("记入月份"))
    reason = models.CharField(_("理由"), max_length=300)
    signed_at = models.DateTimeField(_("签字时间"))
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("签字人"))

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("更正")
        verbose_name_plural = _("更正")
        ordering = ["-month", "branch", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "month", "number"], name="correction_number_once"),
            models.CheckConstraint(condition=Q(month__day=1, booked_month__day=1), name="correction_months_first"),
            models.CheckConstraint(condition=Q(booked_month__gt=models.F("month")), name="correction_booked_later"),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_has_reason"),
        ]
        triggers = [
            signs_its_own_run(),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate_guard(),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month:%Y-%m} #{self.number}"


class AdjustmentQuerySet(models.QuerySet["Adjustment"]):
    def within(self, scope: Scope) -> Self:
        """Adjustments of one's places and one's own."""
        if scope.everything:
            return self
        places = place_filter(
            scope, branch="branch_id", sub_bureau="grid__sub_bureau_id", hall="grid__hall_id", grid="grid_id"
        )
        return self.filter(places | Q(manager=scope.manager)) if scope.manager else self.filter(places)


class Adjustment(models.Model):
    """What a correction changes in the total of a grid or a person, in points, booked in an open month.

    `month` is the month it is booked in; `before` is what was valid until then (as closed, or by the correction
    before), `after` by this one; empty when the subject had no score.
    """

    correction = models.ForeignKey(Correction, models.PROTECT, related_name="adjustments", verbose_name=_("更正"))
    month = models.DateField(_("记入月份"))
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name=_("分公司"))
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, related_name="adjustments", verbose_name=_("网格"))
    manager = models.ForeignKey(
        Manager, models.PROTECT, null=True, related_name="adjustments", verbose_name=_("客户经理")
    )
    before = models.DecimalField(_("更正前"), max_digits=7, decimal_places=2, null=True)
    after = models.DecimalField(_("更正后"), max_digits=7, decimal_places=2, null=True)
    difference = models.DecimalField(_("差异"), max_digits=7, decimal_places=2)

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("调整")
        verbose_name_plural = _("调整")
        constraints = [
            models.UniqueConstraint(
                fields=["correction", "grid", "manager"], nulls_distinct=False, name="adjustment_once"
            ),
            models.CheckConstraint(condition=ONE_SUBJECT, name="adjustment_one_subject"),
            models.CheckConstraint(condition=Q(month__day=1), name="adjustment_month_first"),
        ]
        triggers = [
            *closed_month_guards(),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.difference:+}"


class DriftQuerySet(models.QuerySet["Drift"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(branch__in=Branch.objects.within(scope))


class Drift(models.Model):
    """How many items of a closed month differ from what its data give today, as the nightly check found it; no row
    when none does. A correction can take them up."""

    branch = models.ForeignKey(Branch, models.CASCADE, related_name="drifts", verbose_name=_("分公司"))
    month = models.DateField(_("月份"))
    items = models.PositiveIntegerField(_("不同的项"))
    checked_at = models.DateTimeField(_("核对时间"))

    objects = DriftQuerySet.as_manager()

    class Meta:
        verbose_name = _("审定后变化")
        verbose_name_plural = _("审定后变化")
        ordering = ["-month", "branch"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "month"], name="drift_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="drift_month_first"),
            models.CheckConstraint(condition=Q(items__gt=0), name="drift_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month:%Y-%m} {self.items}"
