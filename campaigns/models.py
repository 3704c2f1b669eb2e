from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from campaigns.choices import VisitKind
from customers.models import Household
from grids.models import Grid
from managers.models import Manager


class Campaign(models.Model):
    """A campaign that a slip can name, e.g. 秋季光网进社区."""

    code = models.CharField(_("活动编码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    starts_on = models.DateField(_("开始"))
    ends_on = models.DateField(_("结束"), null=True, blank=True, help_text=_("当天不再有效；空为长期"))

    class Meta:
        verbose_name = _("营销活动")
        verbose_name_plural = _("营销活动")
        ordering = ["-starts_on", "code"]

    def __str__(self) -> str:
        return self.name


class GridRowQuerySet(models.QuerySet):
    def within(self, scope: Scope) -> Self:
        return self.filter(grid__in=Grid.objects.within(scope))


class Visit(models.Model):
    """Something a manager did in the grid on a day: the evidence behind the rating."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="visits", verbose_name=_("网格"))
    manager = models.ForeignKey(Manager, models.PROTECT, related_name="visits", verbose_name=_("客户经理"))
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name=_("客户"),
    )
    kind = models.CharField(_("种类"), max_length=12, choices=VisitKind.choices)
    visited_at = models.DateTimeField(_("时间"))
    note = models.CharField(_("经过"), max_length=300, blank=True)

    objects = GridRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("走访")
        verbose_name_plural = _("走访")
        indexes = [models.Index(fields=["manager", "-visited_at"], name="visit_manager_at")]
        constraints = [models.CheckConstraint(condition=Q(kind__in=VisitKind.values), name="visit_kind_known")]

    def __str__(self) -> str:
        return f"{self.manager_id} {self.visited_at:%Y-%m-%d}"


class FollowUp(models.Model):
    """Something a manager has promised to do by a time."""

    grid = models.ForeignKey(Grid, models.PROTECT, related_name="follow_ups", verbose_name=_("网格"))
    manager = models.ForeignKey(Manager, models.PROTECT, related_name="follow_ups", verbose_name=_("客户经理"))
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("客户"),
    )
    subject = models.CharField(_("事项"), max_length=120)
    due_at = models.DateTimeField(_("期限"))
    done_at = models.DateTimeField(_("办结时间"), null=True, blank=True)

    objects = GridRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("待跟进")
        verbose_name_plural = _("待跟进")
        indexes = [
            models.Index(
                fields=["manager", "due_at"],
                condition=Q(done_at__isnull=True),
                name="followup_open_due",
            )
        ]

    def __str__(self) -> str:
        return self.subject
