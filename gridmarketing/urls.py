"""Addresses of all rooms, from the roof down."""

from django.contrib import admin
from django.urls import include, path

from gridmarketing.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", include("gridmarketing.api_urls")),  # before the others: found without trying them all
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("imports/", include("imports.urls")),
    path("grids/", include("grids.urls")),
    path("customers/", include("customers.urls")),
    path("teams/", include("managers.urls")),
    path("campaigns/", include("campaigns.urls")),
    path("acceptance/", include("acceptance.urls")),
    path("kpi/", include("kpi.urls")),
]
