from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grids.models import Grid
from kpi.choices import RatingItem
from kpi.models.guards import closed_month_guards, target_history
from managers.models import Manager


def reason_used_once() -> pgtrigger.Trigger:
    """Let the reason of a change go once the history has it, so that the next change can't pass with the old one."""
    return pgtrigger.Trigger(
        name="use_reason_once",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__change_reason__gt=""),
        func="""
        UPDATE kpi_target SET change_reason = '' WHERE id = NEW.id;
        RETURN NULL;
        """,
    )


class TargetQuerySet(models.QuerySet["Target"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(grid__in=Grid.objects.within(scope))


class Target(models.Model):
    """The number a grid is to reach with one indicator in one month; or 不考核 with the reason."""

    month = models.DateField(_("月份"), help_text=_("当月 1 日"))
    grid = models.ForeignKey(Grid, models.PROTECT, related_name="targets", verbose_name=_("网格"))
    code = models.CharField(_("指标"), max_length=4)
    value = models.DecimalField(_("目标值"), max_digits=12, decimal_places=2)
    is_exempt = models.BooleanField(_("不考核"), default=False)
    reason = models.CharField(_("理由"), max_length=200, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("修改人")
    )
    change_reason = models.CharField(_("变更理由"), max_length=200, blank=True, db_default="")

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("月度目标")
        verbose_name_plural = _("月度目标")
        constraints = [
            models.UniqueConstraint(fields=["month", "grid", "code"], name="target_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="target_month_first"),
            models.CheckConstraint(
                condition=Q(value__gte=0),
                name="target_not_negative",
                violation_error_message=_("目标值不能小于 0。"),
            ),
            models.CheckConstraint(
                condition=Q(is_exempt=False) | ~Q(reason=""),
                name="target_exempt_has_reason",
                violation_error_message=_("不考核要写明理由。"),
            ),
        ]
        triggers = [
            *closed_month_guards("kpi_targeted_branch(touched.month, touched.grid_id)", holds=True),
            *target_history(),
            reason_used_once(),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.grid_id} {self.code}"


class RatingQuerySet(models.QuerySet["Rating"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(manager__in=Manager.objects.within(scope))


class Rating(models.Model):
    """One sub-item of the branch department's rating of a person in a month, 0–100."""

    month = models.DateField(_("月份"), help_text=_("当月 1 日"))
    manager = models.ForeignKey(Manager, models.PROTECT, related_name="ratings", verbose_name=_("客户经理"))
    item = models.CharField(_("子项"), max_length=12, choices=RatingItem.choices)
    score = models.DecimalField(_("得分"), max_digits=5, decimal_places=2)
    comment = models.CharField(_("评语"), max_length=300, blank=True)
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("评价人"),
    )
    rated_at = models.DateTimeField(_("评价时间"), auto_now=True)

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("主观评价")
        verbose_name_plural = _("主观评价")
        constraints = [
            models.UniqueConstraint(fields=["month", "manager", "item"], name="rating_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="rating_month_first"),
            models.CheckConstraint(condition=Q(item__in=RatingItem.values), name="rating_item_known"),
            models.CheckConstraint(
                condition=Q(score__range=(0, 100)),
                name="rating_0_to_100",
                violation_error_message=_("得分要在 0 到 100 之间。"),
            ),
        ]
        triggers = closed_month_guards("kpi_rated_branch(touched.month, touched.manager_id)", holds=True)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.manager_id} {self.item}"


class RatingDraftQuerySet(models.QuerySet["RatingDraft"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(manager__in=Manager.objects.within(scope))


class RatingDraft(models.Model):
    """A rating that its rater hasn't given yet: scores nobody, seen only by the rater. An empty score is a comment."""

    month = models.DateField(_("月份"))
    manager = models.ForeignKey(Manager, models.PROTECT, verbose_name=_("客户经理"))
    item = models.CharField(_("子项"), max_length=12, choices=RatingItem.choices)
    score = models.DecimalField(_("得分"), max_digits=5, decimal_places=2, null=True, blank=True)
    comment = models.CharField(_("评语"), max_length=300, blank=True)
    rater = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("评价人"))
    saved_at = models.DateTimeField(_("保存时间"))

    objects = RatingDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("评价草稿")
        verbose_name_plural = _("评价草稿")
        constraints = [
            models.UniqueConstraint(fields=["month", "manager", "item", "rater"], name="ratingdraft_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="ratingdraft_month_first"),
            models.CheckConstraint(condition=Q(item__in=RatingItem.values), name="ratingdraft_item_known"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(0, 100)), name="ratingdraft_0_to_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.manager_id} {self.item}"
