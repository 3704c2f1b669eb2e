"""How targets of a month were set: frozen by a meeting, each change kept."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grids.models import Branch, Grid
from kpi.models.guards import closed_month_guards


class TargetPlanQuerySet(models.QuerySet["TargetPlan"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(branch__in=Branch.objects.within(scope))


class TargetPlan(models.Model):
    """A branch's targets of a month; once frozen, each change needs a reason."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="target_plans", verbose_name=_("分公司"))
    month = models.DateField(_("月份"))
    frozen_at = models.DateTimeField(_("冻结时间"))
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("冻结人"))

    objects = TargetPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("目标冻结")
        verbose_name_plural = _("目标冻结")
        constraints = [
            models.UniqueConstraint(fields=["branch", "month"], name="targetplan_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="targetplan_month_first"),
        ]
        triggers = [
            *closed_month_guards(),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month:%Y-%m}"


class TargetChangeQuerySet(models.QuerySet["TargetChange"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(grid__in=Grid.objects.within(scope))


class TargetChange(models.Model):
    """History of a target, written by a database trigger, whatever path the change came by; never changed."""

    month = models.DateField(_("月份"))
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="target_changes", verbose_name=_("网格"))
    code = models.CharField(_("指标"), max_length=4)
    old_value = models.DecimalField(_("原目标"), max_digits=12, decimal_places=2, null=True)
    new_value = models.DecimalField(_("新目标"), max_digits=12, decimal_places=2, null=True)
    old_exempt = models.BooleanField(_("原不考核"), default=False)
    new_exempt = models.BooleanField(_("新不考核"), default=False)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    at = models.DateTimeField(_("时间"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("修改人"))

    objects = TargetChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("目标变更")
        verbose_name_plural = _("目标变更")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["month", "grid", "code"], name="targetchange_target")]
        triggers = [
            *closed_month_guards("(SELECT branch_id FROM grids_grid WHERE id = touched.grid_id)"),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.grid_id} {self.code} {self.old_value}→{self.new_value}"
