"""The addresses of the schemes, part of kpi's."""

from django.urls import path

from kpi.views import scheme_edit, scheme_replay, schemes

urlpatterns = [
    path("schemes/", schemes.scheme_list, name="scheme_list"),
    path("schemes/new/", scheme_edit.scheme_new, name="scheme_new"),
    path("schemes/<int:pk>/", schemes.scheme_detail, name="scheme_detail"),
    path("schemes/<int:pk>/edit/", scheme_edit.scheme_edit, name="scheme_edit"),
    path("schemes/<int:pk>/delete/", scheme_edit.scheme_delete, name="scheme_delete"),
    path("schemes/<int:pk>/issue/", scheme_edit.scheme_issue, name="scheme_issue"),
    path("schemes/<int:pk>/confirm/", schemes.scheme_confirm, name="scheme_confirm"),
    path("schemes/<int:pk>/against/", schemes.scheme_compare, name="scheme_compare"),
    path("schemes/<int:pk>/file.<str:ending>", schemes.scheme_file, name="scheme_file"),
    path("schemes/<int:pk>/replay/", scheme_replay.scheme_replay, name="scheme_replay"),
    path("schemes/<int:pk>/replay/start/", scheme_replay.scheme_replay_start, name="scheme_replay_start"),
]
