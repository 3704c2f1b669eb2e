from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from acceptance.choices import DayKind


class SpecialDay(models.Model):
    """A day unlike others of its weekday: a holiday, on which clocks stand, or a day worked in exchange 调休."""

    day = models.DateField(_("日期"), unique=True)
    kind = models.CharField(_("安排"), max_length=8, choices=DayKind.choices)
    name = models.CharField(_("名称"), max_length=40)

    class Meta:
        verbose_name = _("节假日")
        verbose_name_plural = _("节假日")
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DayKind.values), name="special_day_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="special_day_named"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
