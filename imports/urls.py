from django.urls import path

from imports import views

app_name = "imports"
urlpatterns = [
    path("", views.batch_list, name="batch_list"),
    path("new", views.batch_upload, name="batch_upload"),
    path("<int:pk>", views.batch_detail, name="batch_detail"),
    path("<int:pk>/confirm", views.batch_confirm, name="batch_confirm"),
    path("<int:pk>/discard", views.batch_discard, name="batch_discard"),
    path("<int:pk>/rejects.xlsx", views.batch_rejects, name="batch_rejects"),
    path("template/<slug:kind>.<slug:ending>", views.template_download, name="template_download"),
    path("export", views.export_download, name="export_download"),
]
