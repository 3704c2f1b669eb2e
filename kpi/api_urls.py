"""REST of this app, under /api/v1/."""

from django.urls import path

from kpi import api

urlpatterns = [path("scores/<str:month>/", api.month_scores, name="api_kpi_scores")]
