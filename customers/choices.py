from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseKind(models.TextChoices):
    FAULT = "fault", _("故障")
    COMPLAINT = "complaint", _("投诉")
