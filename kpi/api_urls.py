"""REST of this app, under /api/v1/."""

from django.urls import path

from kpi import api

urlpatterns = [
    path("scores/<str:month>/", api.month_scores, name="api_kpi_scores"),
    path("scores/<str:month>/grids/<str:code>/", api.grid_score, name="api_kpi_grid_score"),
    path("scores/<str:month>/grids/<str:code>/<str:item>/", api.grid_item, name="api_kpi_grid_item"),
    path("scores/<str:month>/people/<str:staff_no>/", api.person_score, name="api_kpi_person_score"),
    path("my-score/", api.my_score, name="api_kpi_my_score"),
    path("effects/slips/<str:number>/", api.slip_effect, name="api_kpi_slip_effect"),
    path("effects/acceptances/<str:order_no>/", api.acceptance_effect, name="api_kpi_acceptance_effect"),
    path("effects/lines/<str:code>/", api.line_effect, name="api_kpi_line_effect"),
    path("effects/households/<str:code>/", api.household_effect, name="api_kpi_household_effect"),
]
