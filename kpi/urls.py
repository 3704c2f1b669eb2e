from django.urls import path

from kpi.urls_life import urlpatterns as life_patterns
from kpi.urls_meetings import urlpatterns as meeting_patterns
from kpi.urls_schemes import urlpatterns as scheme_patterns
from kpi.views import effects, homes, league, machine, my_score, paces, ratings, runs, scores, sums, targets, trends

app_name = "kpi"
urlpatterns = [
    path("", league.grids, name="league"),
    path("month/", homes.month_glance, name="month_glance"),
    path("company/", homes.company_home, name="company_home"),
    path("admin/", machine.admin_home, name="admin_home"),
    path("my-day/", homes.my_day, name="my_day"),
    path("my-score/", my_score.my_score, name="my_score"),
    path("people/", league.people, name="people"),
    path("branches/", league.branches, name="branches"),
    path("trends/", trends.trends, name="trends"),
    path("totals/", sums.totals, name="totals"),
    path("teams/", league.teams, name="teams"),
    path("slips/<str:number>/", effects.slip, name="slip_effect"),
    path("slips/<str:number>/outlook/", effects.outlook, name="acceptance_outlook"),
    path("acceptances/<str:order_no>/", effects.acceptance, name="acceptance_effect"),
    path("lines/<str:code>/", effects.line, name="line_effect"),
    path("households/<str:code>/", effects.household, name="household_effect"),
    *scheme_patterns,
    path("runs/", runs.run_list, name="run_list"),
    path("runs/request/", runs.request_run, name="run_request"),
    path("runs/<int:pk>/", runs.run_detail, name="run_detail"),
    path("progress/", paces.progress, name="progress"),
    path("targets/", targets.target_list, name="target_list"),
    path("targets/spread/", targets.target_spread, name="target_spread"),
    path("targets/<str:month>/<str:branch>/freeze/", targets.target_freeze, name="target_freeze"),
    path("targets/<str:month>/<str:code>/", targets.target_history, name="target_history"),
    path("ratings/", ratings.rating_list, name="rating_list"),
    path("ratings/publish/", ratings.rating_publish, name="rating_publish"),
    path("ratings/<str:month>/<str:code>/", ratings.rating_team, name="rating_team"),
    path("ratings/<str:month>/<str:code>/draft/", ratings.rating_draft, name="rating_draft"),
    path("<str:month>/grids/<str:code>/", scores.grid, name="grid_score"),
    path("<str:month>/people/<str:staff_no>/", scores.person, name="person_score"),
    *meeting_patterns,
    *life_patterns,
]
