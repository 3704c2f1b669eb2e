from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from imports.models import Batch, RejectedRow


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ["id", "kind", "filename", "status", "new_count", "changed_count", "rejected_count", "requested_by"]
    list_select_related = ["requested_by"]
    list_filter = ["status", "kind"]
    search_fields = ["filename", "=sha256"]
    # The file itself holds personal data and is never served back.
    exclude = ["file"]


@admin.register(RejectedRow)
class RejectedRowAdmin(ReadOnlyAdmin):
    list_display = ["batch", "line", "reasons"]
    list_select_related = ["batch"]
    search_fields = ["=batch__id"]
    # The row as it came may hold names and phones.
    exclude = ["values"]
    ordering = ["-id"]
