from django.contrib import admin

from managers.models import Manager, Operator, Posting, TeamWaiver


@admin.register(Manager)
class ManagerAdmin(admin.ModelAdmin):
    list_display = ["staff_no", "name", "branch"]
    list_select_related = ["branch"]
    list_filter = ["branch"]
    search_fields = ["staff_no", "name", "name_key"]
    readonly_fields = ["name_key"]


@admin.register(Posting)
class PostingAdmin(admin.ModelAdmin):
    list_display = ["manager", "grid", "duty", "period"]
    list_select_related = ["manager", "grid"]
    list_filter = ["duty"]
    search_fields = ["manager__staff_no", "manager__name", "grid__code"]
    autocomplete_fields = ["manager", "grid"]


@admin.register(TeamWaiver)
class TeamWaiverAdmin(admin.ModelAdmin):
    list_display = ["grid", "gap", "period", "reason"]
    list_select_related = ["grid"]
    list_filter = ["gap"]
    autocomplete_fields = ["grid"]


@admin.register(Operator)
class OperatorAdmin(admin.ModelAdmin):
    list_display = ["operator_no", "name", "hall"]
    list_select_related = ["hall"]
    search_fields = ["operator_no", "name", "hall__code"]
    autocomplete_fields = ["hall"]
