from django.db import models
from django.utils.translation import gettext_lazy as _


class Duty(models.TextChoices):
    FIELD = "field", _("外勤")
    HALL = "hall", _("厅内")


class TeamGap(models.TextChoices):
    SHORT = "short", _("缺编")
    OVER = "over", _("超编")
