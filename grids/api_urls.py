"""REST of this app, under /api/v1/."""

from django.urls import path

from grids import api

urlpatterns = [
    path("", api.grids, name="api_grids"),
]
