from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grids.models import Branch
from kpi.choices import MonthState
from kpi.models.guards import CLOSED, no_truncate_guard
from kpi.models.scores import Run


class BranchMonthQuerySet(models.QuerySet["BranchMonth"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(branch__in=Branch.objects.within(scope))


class BranchMonth(models.Model):
    """A branch's month: open → trial → published → closed. `current_run` is the generation that readers see."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="months", verbose_name=_("分公司"))
    month = models.DateField(_("月份"))
    state = models.CharField(_("状态"), max_length=10, choices=MonthState.choices, default=MonthState.OPEN)
    current_run = models.ForeignKey(
        Run,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="current_for",
        verbose_name=_("当前结果"),
    )
    # Raised when part of the shown generation is scored anew: a reader's copy of the page is then out of date.
    revision = models.PositiveIntegerField(_("修订"), default=0, db_default=0)
    published_at = models.DateTimeField(_("公示时间"), null=True, blank=True)
    appeals_until = models.DateField(_("申诉截止"), null=True, blank=True)
    closed_at = models.DateTimeField(_("审定时间"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("审定人"),
    )

    objects = BranchMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("考核月")
        verbose_name_plural = _("考核月")
        ordering = ["-month", "branch"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "month"], name="branchmonth_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="branchmonth_first"),
            models.CheckConstraint(condition=Q(state__in=MonthState.values), name="branchmonth_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[MonthState.PUBLISHED, MonthState.CLOSED]) | Q(current_run__isnull=False),
                name="branchmonth_result_exists",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stays_closed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state=MonthState.CLOSED),
                func=f"RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'check_violation';",
            ),
            no_truncate_guard(),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month:%Y-%m}"
