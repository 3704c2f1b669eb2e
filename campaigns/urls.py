from django.urls import path

from campaigns import views

app_name = "campaigns"
urlpatterns = [
    path("visits/", views.visit_list, name="visit_list"),
    path("visits/new/", views.visit_new, name="visit_new"),
    path("follow-ups/<int:pk>/done/", views.followup_done, name="followup_done"),
]
