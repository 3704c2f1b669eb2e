from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class AcceptanceConfig(AppConfig):
    name = "acceptance"
    verbose_name = pgettext_lazy("app", "受理")
    default_auto_field = "django.db.models.BigAutoField"
