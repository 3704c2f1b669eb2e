from django.db import models
from django.utils.translation import gettext_lazy as _


class AreaType(models.TextChoices):
    URBAN = "urban", _("市区")
    RURAL = "rural", _("区县")


class WaiverKind(models.TextChoices):
    BAND = "band", _("户数越界")
    SPLIT_BUREAU = "split_bureau", _("跨分局")
