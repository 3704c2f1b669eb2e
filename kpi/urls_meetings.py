"""Addresses of the review meeting: slides, decisions, snapshots and their workbooks."""

from django.urls import path

from kpi.views import company_packs, decisions, meetings, packs

urlpatterns = [
    path("company/packs/", company_packs.show, name="company_packs"),
    path("company/packs/make/", company_packs.make, name="company_pack_make"),
    path("company/packs/<int:pk>.xlsx", company_packs.download, name="company_pack_download"),
    path("meetings/", meetings.meeting_list, name="meeting_list"),
    path("<str:month>/<str:branch>/decisions/", decisions.decision_new, name="decision_new"),
    path("decisions/<int:pk>/done/", decisions.decision_done, name="decision_done"),
    path("<str:month>/<str:branch>/meeting/", meetings.show, name="meeting"),
    path("<str:month>/<str:branch>/meeting/decide/", meetings.decide, name="meeting_decide"),
    path("<str:month>/<str:branch>/meeting/freeze/", meetings.freeze_targets, name="meeting_freeze"),
    path("<str:month>/<str:branch>/pack/", packs.show, name="pack"),
    path("<str:month>/<str:branch>/pack/take/", packs.take, name="snapshot_take"),
    path("<str:month>/<str:branch>/pack/<int:number>.xlsx", packs.download, name="pack_download"),
]
