"""REST of this app, under /api/v1/."""

from django.urls import path

from managers import api

urlpatterns = [
    path("", api.managers, name="api_managers"),
]
