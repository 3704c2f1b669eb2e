from django.db import models
from django.utils.translation import gettext_lazy as _


class VisitKind(models.TextChoices):
    HOME = "home", _("入户")
    ONSITE = "onsite", _("现场活动")
    PROPERTY = "property", _("物业与居委会")
    PUBLICITY = "publicity", _("宣传栏与宣传品")
    RETENTION = "retention", _("维系挽留")
    TRAINING = "training", _("营业厅培训")
