from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from campaigns.models import Campaign, FollowUp, Visit


@admin.register(Campaign)
class CampaignAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "starts_on", "ends_on"]
    search_fields = ["code", "name"]


@admin.register(Visit)
class VisitAdmin(ReadOnlyAdmin):
    list_display = ["visited_at", "manager", "grid", "kind"]
    list_select_related = ["manager", "grid"]
    list_filter = ["kind"]
    search_fields = ["=manager__staff_no", "=grid__code"]
    ordering = ["-id"]


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnlyAdmin):
    list_display = ["due_at", "manager", "grid", "subject", "done_at"]
    list_select_related = ["manager", "grid"]
    search_fields = ["=manager__staff_no", "=grid__code"]
    ordering = ["-id"]
