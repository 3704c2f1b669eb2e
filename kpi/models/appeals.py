from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grids.models import Branch, Grid, place_filter
from kpi.choices import AppealOutcome
from kpi.models.guards import closed_month_guards
from kpi.models.scores import ONE_SUBJECT, Run
from managers.models import Manager


class AppealQuerySet(models.QuerySet["Appeal"]):
    def within(self, scope: Scope) -> Self:
        """Appeals about one's places and about oneself."""
        if scope.everything:
            return self
        places = place_filter(
            scope, branch="branch_id", sub_bureau="grid__sub_bureau_id", hall="grid__hall_id", grid="grid_id"
        )
        return self.filter(places | Q(manager=scope.manager)) if scope.manager else self.filter(places)


class Appeal(models.Model):
    """Somebody contests a published score, in whole or one item, until the month's deadline; answered with an outcome.

    `run` is the generation that was contested. `outcome` empty: not answered yet.
    """

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="appeals", verbose_name=_("分公司"))
    month = models.DateField(_("月份"))
    run = models.ForeignKey(Run, models.PROTECT, related_name="appeals", verbose_name=_("重算"))
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, verbose_name=_("网格"))
    manager = models.ForeignKey(Manager, models.PROTECT, null=True, blank=True, verbose_name=_("客户经理"))
    code = models.CharField(_("指标"), max_length=4, blank=True, help_text=_("空为总分"))
    text = models.CharField(_("理由"), max_length=500)
    filed_at = models.DateTimeField(_("提出时间"))
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="appeals_filed", verbose_name=_("提出人")
    )
    outcome = models.CharField(_("结果"), max_length=10, choices=AppealOutcome.choices, blank=True)
    answer = models.CharField(_("答复"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appeals_answered",
        verbose_name=_("答复人"),
    )

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("申诉")
        verbose_name_plural = _("申诉")
        ordering = ["-filed_at", "-id"]
        indexes = [models.Index(fields=["month", "branch"], name="appeal_month")]
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="appeal_month_first"),
            models.CheckConstraint(condition=ONE_SUBJECT, name="appeal_one_subject"),
            models.CheckConstraint(condition=~Q(text=""), name="appeal_has_text"),
            models.CheckConstraint(condition=Q(outcome__in=["", *AppealOutcome.values]), name="appeal_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome="", answered_at__isnull=True, answer="")
                | ~Q(outcome="") & Q(answered_at__isnull=False) & (~Q(answer="") | Q(outcome="withdrawn")),
                name="appeal_outcome_has_answer",
                violation_error_message=_("结果要有答复。"),
            ),
            # The same thing is contested once at a time: a second click changes nothing.
            models.UniqueConstraint(
                fields=["month", "grid", "manager", "code"],
                condition=Q(outcome=""),
                nulls_distinct=False,
                name="appeal_open_once",
            ),
        ]
        triggers = [
            *closed_month_guards(),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="answered_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__outcome=""),
                func="RAISE EXCEPTION 'kpi_appeal_answered' USING ERRCODE = 'check_violation';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.manager_id or self.grid_id} {self.code}"
