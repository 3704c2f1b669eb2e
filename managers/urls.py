from django.urls import path

from managers import views

app_name = "managers"
urlpatterns = [
    path("", views.team_list, name="team_list"),
    path("grids/", views.grid_list, name="grid_list"),
    path("grids/<str:code>/", views.grid_triangle, name="grid_triangle"),
    path("grids/<str:code>/move/", views.community_move, name="community_move"),
    path("grids/<str:code>/band-waiver/", views.band_waiver_new, name="band_waiver_new"),
    path("grids/<str:code>/team-waiver/", views.team_waiver_new, name="team_waiver_new"),
    path("people/<str:staff_no>/", views.manager_detail, name="manager_detail"),
    path("people/<str:staff_no>/move/", views.posting_move, name="posting_move"),
    path("postings/<int:pk>/end/", views.posting_end, name="posting_end"),
]
