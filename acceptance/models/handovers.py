from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grids.models import Hall
from managers.models import Operator


class HandoverQuerySet(models.QuerySet["Handover"]):
    def within(self, scope: Scope) -> Self:
        return self if scope.everything else self.filter(hall__in=scope.halls)

    def unseen_by(self, operator: int | None) -> Self:
        """What somebody was handed and hasn't read yet."""
        return self.filter(receiver=operator, seen_at=None) if operator else self.none()


class Handover(models.Model):
    """Claimed slips passed from one clerk to another 交接: the note for who got them. The steps are in the history."""

    hall = models.ForeignKey(Hall, models.PROTECT, related_name="+", verbose_name=_("营业厅"))
    giver = models.ForeignKey(Operator, models.PROTECT, related_name="+", verbose_name=_("交出人"))
    receiver = models.ForeignKey(Operator, models.PROTECT, related_name="+", db_index=False, verbose_name=_("接手人"))
    slips = models.PositiveIntegerField(_("单数"))
    note = models.CharField(_("说明"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("操作人"))
    at = models.DateTimeField(_("时间"))
    seen_at = models.DateTimeField(_("看过的时间"), null=True, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("交接")
        verbose_name_plural = _("交接")
        indexes = [models.Index(fields=["receiver"], condition=Q(seen_at=None), name="handover_unseen")]
        constraints = [
            models.CheckConstraint(condition=Q(slips__gt=0), name="handover_of_something"),
            models.CheckConstraint(condition=~Q(note=""), name="handover_noted"),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.giver_id}→{self.receiver_id} {self.slips}"
