from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models import Branch
from kpi.choices import RunStatus
from kpi.models.jobs import Job, done_with
from kpi.models.schemes import Scheme


class Replay(Job):
    """A draft being tried on months that are over. Part of its draft: it goes with it, and counts only while
    `fingerprint` is still that of the draft's content."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="replays", verbose_name=_("方案"))
    branch = models.ForeignKey(Branch, models.CASCADE, null=True, related_name="+", verbose_name=_("分公司"))
    fingerprint = models.CharField(_("内容指纹"), max_length=64)
    months = ArrayField(models.DateField(), verbose_name=_("月份"))
    result = models.JSONField(_("结果"), null=True)

    class Meta:
        verbose_name = _("方案试跑")
        verbose_name_plural = _("方案试跑")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "branch"], nulls_distinct=False, name="replay_once"),
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="replay_status_known"),
            done_with("result", "replay_done_has_result"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.branch_id or ''}".strip()
