"""REST of this app, under /api/v1/."""

from django.urls import path

from acceptance import api

urlpatterns = [
    path("slips/", api.slip_list, name="acceptance_api_slips"),
    path("slips/<str:number>/", api.slip_detail, name="acceptance_api_slip"),
]
