"""The addresses of a month's life: steps, appeals, corrections; part of kpi's."""

from django.urls import path

from kpi.views import appeals, corrections, months

urlpatterns = [
    path("appeals/", appeals.appeal_list, name="appeal_list"),
    path("appeals/<int:pk>/", appeals.appeal_detail, name="appeal_detail"),
    path("appeals/<int:pk>/answer/", appeals.appeal_answer, name="appeal_answer"),
    path("appeals/<int:pk>/withdraw/", appeals.appeal_withdraw, name="appeal_withdraw"),
    path("<str:month>/grids/<str:code>/appeal/", appeals.grid_appeal, name="grid_appeal"),
    path("<str:month>/people/<str:staff_no>/appeal/", appeals.person_appeal, name="person_appeal"),
    path("adjustments/", corrections.adjustment_list, name="adjustment_list"),
    path("corrections/<int:pk>/", corrections.correction_detail, name="correction_detail"),
    path("corrections/runs/<int:pk>/sign/", corrections.correction_sign, name="correction_sign"),
    path("corrections/runs/<int:pk>/discard/", corrections.correction_discard, name="correction_discard"),
    path("<str:month>/<str:branch>/corrections/", corrections.correction_month, name="correction_month"),
    path("<str:month>/<str:branch>/corrections/request/", corrections.correction_request, name="correction_request"),
    path("<str:month>/<str:branch>/life/", months.life, name="month_life"),
    path("<str:month>/<str:branch>/publish/", months.publish, name="month_publish"),
    path("<str:month>/<str:branch>/close/", months.close, name="month_close"),
    path("<str:month>/<str:branch>/withdraw/", months.withdraw, name="month_withdraw"),
]
