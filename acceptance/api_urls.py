"""REST of this app, under /api/v1/."""

from django.urls import path

from acceptance import api
from acceptance.views import steps

urlpatterns = [
    path("phone/", api.phone_copy, name="acceptance_api_phone"),
    path("slips/", api.slip_list, name="acceptance_api_slips"),
    path("slips/<str:number>/", api.slip_detail, name="acceptance_api_slip"),
    path("slips/<str:number>/photo/", api.slip_photo, name="acceptance_api_photo"),
    path("slips/<str:number>/<str:step>/", steps.slip_step, name="acceptance_api_step"),
]
