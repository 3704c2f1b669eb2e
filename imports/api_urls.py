"""REST of this app, under /api/v1/."""

from django.urls import path

from imports import api

urlpatterns = [
    path("batches", api.batch_list),
    path("batches/<int:pk>", api.batch_detail),
    path("batches/<int:pk>/confirm", api.batch_confirm),
    path("batches/<int:pk>/discard", api.batch_discard),
]
