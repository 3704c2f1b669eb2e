from django.urls import path

from grids import views

app_name = "grids"
urlpatterns = [
    path("coverage/", views.coverage, name="coverage"),
]
