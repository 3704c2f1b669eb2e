from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from imports.choices import BatchStatus


class BatchQuerySet(models.QuerySet["Batch"]):
    def within(self, scope: Scope, *, user: int) -> Self:
        """All files for those who see the whole company, else one's own."""
        return self if scope.everything else self.filter(requested_by=user)


class Batch(models.Model):
    """One file that came in. The row is the job: it exists before any work starts and keeps the outcome."""

    kind = models.CharField(_("种类"), max_length=30)
    filename = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(_("指纹"), max_length=64, db_index=True)
    file = models.FileField(_("文件"), upload_to="imports/%Y/%m/", max_length=300, blank=True)
    status = models.CharField(
        _("状态"),
        max_length=12,
        choices=BatchStatus.choices,
        default=BatchStatus.UPLOADED,
    )
    dry_run = models.BooleanField(_("只试不写"), default=False)
    strict = models.BooleanField(_("有错全不导入"), default=False)
    lines_read = models.PositiveIntegerField(_("已读行数"), default=0)
    new_count = models.PositiveIntegerField(_("新增"), default=0)
    changed_count = models.PositiveIntegerField(_("变更"), default=0)
    same_count = models.PositiveIntegerField(_("相同"), default=0)
    rejected_count = models.PositiveIntegerField(_("拒收"), default=0)
    header = models.JSONField(_("表头"), default=list, blank=True)
    samples = models.JSONField(_("样例"), default=list, blank=True)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    error = models.TextField(_("失败原因"), blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("导入人"),
    )
    requested_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("心跳"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("导入批次")
        verbose_name_plural = _("导入批次")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BatchStatus.values), name="batch_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.filename}"


class RejectedRow(models.Model):
    """A line that was not taken, as it came, with the reasons."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rejected_rows", verbose_name=_("批次"))
    line = models.PositiveIntegerField(_("行号"))
    values = models.JSONField(_("原文"))
    reasons = models.JSONField(_("原因"))

    class Meta:
        verbose_name = _("拒收行")
        verbose_name_plural = _("拒收行")
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="rejected_line_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line}"
