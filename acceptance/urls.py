from django.urls import path

from acceptance.views import households, reports, search

app_name = "acceptance"
urlpatterns = [
    path("in-transit/", reports.in_transit, name="in_transit"),
    path("channel-mix/", reports.channel_mix, name="channel_mix"),
    path("support-volume/", reports.support_volume, name="support_volume"),
    path("search/", search.search, name="search"),
    path("households/<str:code>/", households.household_card, name="household_card"),
]
