from django.contrib import admin

from grids.models import Branch, Community, Grid, GridCommunity, GridWaiver, Hall, PublishedFigure, Street, SubBureau


@admin.register(Branch)
class BranchAdmin(admin.ModelAdmin):
    list_display = ["code", "name"]
    search_fields = ["code", "name"]


@admin.register(SubBureau)
class SubBureauAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "branch"]
    list_select_related = ["branch"]
    list_filter = ["branch"]
    search_fields = ["code", "name"]


@admin.register(Street)
class StreetAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "district", "area_type"]
    list_filter = ["area_type", "district"]
    search_fields = ["code", "name"]


@admin.register(Hall)
class HallAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "branch", "street", "has_family_zone"]
    list_select_related = ["branch", "street"]
    list_filter = ["branch", "has_family_zone"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["street"]


@admin.register(Community)
class CommunityAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "sub_bureau", "street"]
    list_select_related = ["sub_bureau", "street"]
    list_filter = ["sub_bureau__branch"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["sub_bureau", "street"]


@admin.register(Grid)
class GridAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "sub_bureau", "hall", "period"]
    list_select_related = ["sub_bureau", "hall"]
    list_filter = ["branch"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["branch", "sub_bureau", "hall", "fallback_hall"]


@admin.register(GridCommunity)
class GridCommunityAdmin(admin.ModelAdmin):
    list_display = ["grid", "community", "period"]
    list_select_related = ["grid", "community"]
    search_fields = ["grid__code", "community__code", "community__name"]
    autocomplete_fields = ["grid", "community"]


@admin.register(GridWaiver)
class GridWaiverAdmin(admin.ModelAdmin):
    list_display = ["grid", "kind", "period", "reason"]
    list_select_related = ["grid"]
    list_filter = ["kind"]
    autocomplete_fields = ["grid"]


@admin.register(PublishedFigure)
class PublishedFigureAdmin(admin.ModelAdmin):
    list_display = ["name", "value", "unit", "as_of", "source"]
    search_fields = ["code", "name"]
