"""The REST API, versioned; each room adds its own addresses."""

from django.urls import include, path

urlpatterns = [
    path("imports/", include("imports.api_urls")),
    path("grids/", include("grids.api_urls")),
    path("customers/", include("customers.api_urls")),
    path("managers/", include("managers.api_urls")),
    path("campaigns/", include("campaigns.api_urls")),
    path("acceptance/", include("acceptance.api_urls")),
    path("kpi/", include("kpi.api_urls")),
]
