from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ManagersConfig(AppConfig):
    name = "managers"
    verbose_name = _("人员与团队")
    default_auto_field = "django.db.models.BigAutoField"
