from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grids.models import Branch, Hall, place_filter


class LateNoticeQuerySet(models.QuerySet["LateNotice"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(place_filter(scope, branch="branch_id", sub_bureau="", hall="hall_id", grid=""))


class LateNotice(models.Model):
    """A day's late slips of a hall, or of a branch (without a hall): counts only, nobody's name."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+", verbose_name=_("分公司"))
    hall = models.ForeignKey(Hall, models.PROTECT, null=True, related_name="+", verbose_name=_("营业厅"))
    day = models.DateField(_("日期"))
    late = models.PositiveIntegerField(_("超时"), default=0, help_text=_("当天升级到营业厅经理的单"))
    raised = models.PositiveIntegerField(_("报分公司"), default=0, help_text=_("当天再升级到分公司的单"))
    changed_at = models.DateTimeField(_("更新时间"), db_default=Now())

    objects = LateNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("超时通报")
        verbose_name_plural = _("超时通报")
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "hall", "day"], nulls_distinct=False, name="late_notice_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.branch_id} {self.hall_id}"
