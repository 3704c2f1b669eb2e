from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from campaigns.models import FollowUp
from grids.models import Branch, Grid
from kpi.choices import DecisionKind
from kpi.models.guards import no_truncate_guard
from kpi.models.scores import Run


class BranchRowQuerySet(models.QuerySet):
    def within(self, scope: Scope) -> Self:
        return self.filter(branch__in=Branch.objects.within(scope))


class MeetingSnapshot(models.Model):
    """What a review meeting looked at: its figures as they stood when it was taken; never changed.

    `figures` is a JSON object of everything the slides and the pack show; decimals are strings.
    """

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="snapshots", verbose_name=_("分公司"))
    month = models.DateField(_("所议月份"))
    number = models.PositiveIntegerField(_("编号"))
    run = models.ForeignKey(Run, models.PROTECT, related_name="snapshots", verbose_name=_("重算"))
    taken_at = models.DateTimeField(_("定格时间"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("定格人")
    )
    figures = models.JSONField(_("数据"))

    objects = BranchRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("例会快照")
        verbose_name_plural = _("例会快照")
        ordering = ["-month", "branch", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "month", "number"], name="snapshot_number_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="snapshot_month_first"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            no_truncate_guard(),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.month:%Y-%m} #{self.number}"


class Decision(models.Model):
    """What a review meeting decided about a month, who does it and until when.

    A target decision sets `value` for `code` of the grid in the month after; a follow-up one made `follow_up`.
    """

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="decisions", verbose_name=_("分公司"))
    month = models.DateField(_("所议月份"))
    kind = models.CharField(_("种类"), max_length=10, choices=DecisionKind.choices, default=DecisionKind.PLAIN)
    text = models.CharField(_("决定"), max_length=300)
    owner = models.CharField(_("责任人"), max_length=40)
    due_on = models.DateField(_("期限"))
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, verbose_name=_("网格"))
    code = models.CharField(_("指标"), max_length=4, blank=True)
    value = models.DecimalField(_("目标值"), max_digits=12, decimal_places=2, null=True, blank=True)
    follow_up = models.OneToOneField(FollowUp, models.PROTECT, null=True, blank=True, verbose_name=_("跟进"))
    snapshot = models.ForeignKey(
        MeetingSnapshot, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name=_("例会快照")
    )
    done_on = models.DateField(_("办结日期"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"), auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("记录人")
    )

    objects = BranchRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("例会决定")
        verbose_name_plural = _("例会决定")
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="decision_month_first"),
            models.CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="decision_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind=DecisionKind.TARGET)
                | Q(grid__isnull=False, value__isnull=False, value__gte=0) & ~Q(code=""),
                name="decision_target_complete",
                violation_error_message=_("定目标的决定要写明网格、指标和目标值。"),
            ),
        ]

    def __str__(self) -> str:
        return self.text
