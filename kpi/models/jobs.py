from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kpi.choices import RunStatus


class Job(models.Model):
    """Work for the background: first a row, then a message to a worker; the truth about it is the row."""

    status = models.CharField(_("状态"), max_length=10, choices=RunStatus.choices, default=RunStatus.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("发起人")
    )
    requested_at = models.DateTimeField(_("发起时间"))
    heartbeat_at = models.DateTimeField(_("心跳"), null=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True)
    step = models.CharField(_("进行到"), max_length=40, blank=True)
    steps_done = models.PositiveSmallIntegerField(_("已完成步数"), default=0)
    steps_total = models.PositiveSmallIntegerField(_("总步数"), default=0)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    error = models.TextField(_("失败原因"), blank=True)

    class Meta:
        abstract = True

    @property
    def is_under_way(self) -> bool:
        return self.status in (RunStatus.REQUESTED, RunStatus.RUNNING)


def done_with(field: str, name: str) -> models.CheckConstraint:
    """What came of a job is there exactly when it is done."""
    there = Q(**{f"{field}__isnull": False})
    is_done = Q(status=RunStatus.DONE)
    return models.CheckConstraint(condition=is_done & there | ~is_done & ~there, name=name)
