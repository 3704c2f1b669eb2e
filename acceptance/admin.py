from django.contrib import admin

from acceptance.models import (
    Acceptance,
    Channel,
    ChannelPlace,
    Dispatch,
    NoticeTarget,
    Product,
    Slip,
    SlipEvent,
    SlipLine,
    SpecialDay,
)
from accounts.admin_base import ReadOnlyAdmin


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "business_class", "is_key", "is_sold", "position"]
    list_filter = ["business_class", "is_key", "is_sold"]
    search_fields = ["code", "name"]


@admin.register(Channel)
class ChannelAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "position"]


@admin.register(ChannelPlace)
class ChannelPlaceAdmin(admin.ModelAdmin):
    list_display = ["channel", "catalogue", "tier", "name", "valid_from"]
    list_filter = ["catalogue", "tier"]


@admin.register(SpecialDay)
class SpecialDayAdmin(admin.ModelAdmin):
    list_display = ["day", "kind", "name"]
    list_filter = ["kind"]
    date_hierarchy = "day"


@admin.register(Slip)
class SlipAdmin(ReadOnlyAdmin):
    """A slip moves by the rules only; its customer is not shown here."""

    list_display = ["number", "state", "state_at", "hall", "grid", "manager"]
    list_select_related = ["hall", "grid", "manager"]
    list_filter = ["state"]
    search_fields = ["=number"]
    ordering = ["-id"]
    exclude = ["contact_name", "contact_phone", "typed_address", "content_hash", "household", "notes"]


@admin.register(SlipLine)
class SlipLineAdmin(ReadOnlyAdmin):
    list_display = ["slip", "product", "position"]
    list_select_related = ["slip", "product"]
    search_fields = ["=slip__number"]
    ordering = ["-id"]


@admin.register(SlipEvent)
class SlipEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "slip", "from_state", "to_state", "by"]
    list_select_related = ["slip", "by"]
    search_fields = ["=slip__number"]
    ordering = ["-id"]


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnlyAdmin):
    list_display = ["order_no", "product", "channel", "accepted_on", "completed_on", "cancelled_on", "grid"]
    list_select_related = ["product", "channel", "grid"]
    search_fields = ["=order_no"]
    ordering = ["-id"]


@admin.register(NoticeTarget)
class NoticeTargetAdmin(admin.ModelAdmin):
    """Addresses hold keys of groups and mailboxes: the list shows the way, not the address."""

    list_display = ["label", "branch", "hall", "carrier", "is_active"]
    list_select_related = ["branch", "hall"]
    list_filter = ["is_active"]


@admin.register(Dispatch)
class DispatchAdmin(ReadOnlyAdmin):
    list_display = ["day", "target", "late", "raised", "state", "attempts", "sent_at"]
    list_select_related = ["target"]
    list_filter = ["state"]
    ordering = ["-id"]
