from django.urls import path

from customers import views

app_name = "customers"
urlpatterns = [
    path("search/", views.household_search, name="household_search"),
    path("households/<str:code>/cases/new/", views.case_new, name="case_new"),
    path("cases/<int:pk>/close/", views.case_close, name="case_close"),
]
