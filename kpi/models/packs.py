from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from kpi.choices import RunStatus
from kpi.models.jobs import Job, done_with


class CompanyPackQuerySet(models.QuerySet["CompanyPack"]):
    def within(self, scope: Scope) -> Self:
        """It names everybody with their scores: for who sees the whole company, nobody else."""
        return self if scope.everything else self.none()


class CompanyPack(Job):
    """The workbook of all branches of a month, made in the background. `mark` names the scores that it was asked for,
    `grids`, `people` and `left_out` say what went into the file."""

    month = models.DateField(_("月份"))
    language = models.CharField(_("语言"), max_length=10)
    mark = models.CharField(_("成绩指纹"), max_length=64)
    grids = models.PositiveIntegerField(_("网格数"), default=0)
    people = models.PositiveIntegerField(_("人数"), default=0)
    left_out = models.CharField(_("未列入的分公司"), max_length=300, blank=True)
    file = models.BinaryField(_("文件"), null=True)
    size = models.PositiveIntegerField(_("字节"), default=0)

    objects = CompanyPackQuerySet.as_manager()

    class Meta:
        verbose_name = _("全公司公式表")
        verbose_name_plural = _("全公司公式表")
        ordering = ["-month", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["month", "language", "mark"], name="company_pack_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="company_pack_month_first"),
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="company_pack_status_known"),
            done_with("file", "company_pack_done_has_file"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} #{self.pk}"
