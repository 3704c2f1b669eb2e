"""What the back rooms of all apps share: support people look at big tables without counting them."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property


class UncountedPaginator(Paginator):
    """Pages without `count(*)`, which takes seconds over millions of rows: the end shows itself as an empty page."""

    @cached_property
    def count(self) -> int:
        return 10_000


class BigTableAdmin(admin.ModelAdmin):
    """For tables with many rows: found by code, never counted, foreign keys typed instead of chosen."""

    paginator = UncountedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        # Millions of rows in a drop-down would stop the page.
        fixed = [field.name for field in self.model._meta.fields if field.is_relation]
        return [*super().get_readonly_fields(request, obj), *fixed]


class ReadOnlyAdmin(BigTableAdmin):
    """Rows that the rules write; people only look."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
