from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from accounts.admin_base import ReadOnlyAdmin
from core.periods import Month
from core.refusals import Refusal
from kpi.choices import SchemeStatus
from kpi.domain import plans, schemes
from kpi.domain.sheets import explained, frozen_words
from kpi.models import (
    Adjustment,
    Appeal,
    Balance,
    BranchMonth,
    Correction,
    Decision,
    Drift,
    Indicator,
    ItemScore,
    MeetingSnapshot,
    Rating,
    RatingDraft,
    Run,
    Scheme,
    SchemeReceipt,
    Score,
    Target,
    TargetChange,
    TargetPlan,
)


class IndicatorFormSet(BaseInlineFormSet):
    """A scheme is checked as a whole: its totals are those of its indicators."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form.instance for form in self.forms if form.has_changed() or form.instance.pk]
        gone = {form.instance for form in self.deleted_forms if form.instance.pk}
        try:
            schemes.validate(scheme=self.instance, indicators=[found for found in kept if found not in gone])
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal


class IndicatorInline(admin.TabularInline):
    model = Indicator
    formset = IndicatorFormSet

    def get_extra(self, request: HttpRequest, obj: Scheme | None = None, **kwargs: Any) -> int:
        return 0 if obj else len(schemes.DEFAULT)


@admin.register(Scheme)
class SchemeAdmin(admin.ModelAdmin):
    list_display = ["__str__", "status", "effective_on", "business_total", "retention_total", "other_total"]
    list_filter = ["status", "year"]
    inlines = [IndicatorInline]
    readonly_fields = ["revision", "saved_at", "saved_by"]

    def has_change_permission(self, request: HttpRequest, obj: Scheme | None = None) -> bool:
        """What was issued is superseded by a new version: months may have been scored by it."""
        return super().has_change_permission(request, obj) and (obj is None or obj.status == SchemeStatus.DRAFT)

    def has_delete_permission(self, request: HttpRequest, obj: Scheme | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.status == SchemeStatus.DRAFT)


class GuardedAdmin(admin.ModelAdmin):
    """Rows that a closed month or frozen targets keep: what the database refuses is said in words."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Add or change one."""
        return self._told(
            request, lambda: super(GuardedAdmin, self).changeform_view(request, object_id, form_url, extra_context)
        )

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Delete one."""
        return self._told(request, lambda: super(GuardedAdmin, self).delete_view(request, object_id, extra_context))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, with its action that deletes several."""
        return self._told(request, lambda: super(GuardedAdmin, self).changelist_view(request, extra_context))

    def _told(self, request: HttpRequest, answer: Callable[[], Any]) -> HttpResponseBase:
        if request.method != "POST":
            return answer()
        try:
            with explained():
                return answer()
        except Refusal as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(request.get_full_path())


class TargetForm(forms.ModelForm):
    """A change of frozen targets asks for its reason beside the field, so that nothing typed is lost."""

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        grid, month = found.get("grid"), found.get("month")
        lacks_reason = self.changed_data and not found.get("change_reason", "").strip()
        if grid and month and lacks_reason and plans.frozen_branches(Month.of(month), {grid.branch_id}):
            self.add_error("change_reason", frozen_words())
        return found


@admin.register(Target)
class TargetAdmin(GuardedAdmin):
    form = TargetForm
    list_display = ["month", "grid", "code", "value", "is_exempt"]
    list_select_related = ["grid"]
    list_filter = ["month", "code", "is_exempt"]
    search_fields = ["grid__code", "grid__name"]
    raw_id_fields = ["grid"]


@admin.register(Rating)
class RatingAdmin(GuardedAdmin):
    list_display = ["month", "manager", "item", "score", "rated_by"]
    list_select_related = ["manager", "rated_by"]
    list_filter = ["month", "item"]
    search_fields = ["manager__staff_no", "manager__name"]
    raw_id_fields = ["manager", "rated_by"]


@admin.register(Decision)
class DecisionAdmin(admin.ModelAdmin):
    list_display = ["month", "branch", "text", "owner", "due_on", "done_on"]
    list_select_related = ["branch"]
    list_filter = ["branch", "month"]


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ["id", "month", "branch", "status", "cause", "requested_by", "requested_at", "finished_at"]
    list_select_related = ["branch", "requested_by"]
    list_filter = ["status", "cause", "month"]


@admin.register(BranchMonth)
class BranchMonthAdmin(ReadOnlyAdmin):
    """A month moves by the rules only."""

    list_display = ["branch", "month", "state", "current_run", "published_at", "closed_at"]
    list_select_related = ["branch", "current_run"]
    list_filter = ["state", "month"]


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    list_display = ["month", "branch", "grid", "manager", "total", "rank_in_branch", "is_provisional"]
    list_select_related = ["branch", "grid", "manager"]
    list_filter = ["month", "branch"]
    search_fields = ["grid__code", "manager__staff_no"]


@admin.register(ItemScore)
class ItemScoreAdmin(ReadOnlyAdmin):
    list_display = ["month", "grid", "manager", "code", "status", "score", "weight", "weighted"]
    list_select_related = ["grid", "manager"]
    list_filter = ["month", "code", "status"]
    search_fields = ["grid__code", "manager__staff_no"]


@admin.register(Balance)
class BalanceAdmin(ReadOnlyAdmin):
    list_display = ["month", "community", "product_code", "lines"]
    list_select_related = ["community"]
    list_filter = ["month", "product_code"]


@admin.register(Appeal)
class AppealAdmin(ReadOnlyAdmin):
    """Answered by the rules only."""

    list_display = ["month", "branch", "grid", "manager", "code", "filed_by", "filed_at", "outcome", "answered_by"]
    list_select_related = ["branch", "grid", "manager", "filed_by", "answered_by"]
    list_filter = ["outcome", "branch", "month"]
    search_fields = ["grid__code", "manager__staff_no", "text"]


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    list_display = ["month", "branch", "number", "booked_month", "reason", "signed_by", "signed_at"]
    list_select_related = ["branch", "signed_by"]
    list_filter = ["branch", "month"]


@admin.register(Adjustment)
class AdjustmentAdmin(ReadOnlyAdmin):
    list_display = ["month", "branch", "grid", "manager", "before", "after", "difference", "correction"]
    list_select_related = ["branch", "grid", "manager", "correction"]
    list_filter = ["branch", "month"]
    search_fields = ["grid__code", "manager__staff_no"]


@admin.register(Drift)
class DriftAdmin(ReadOnlyAdmin):
    list_display = ["month", "branch", "items", "checked_at"]
    list_select_related = ["branch"]


@admin.register(TargetPlan)
class TargetPlanAdmin(ReadOnlyAdmin):
    list_display = ["month", "branch", "frozen_at", "frozen_by"]
    list_select_related = ["branch", "frozen_by"]
    list_filter = ["branch", "month"]


@admin.register(TargetChange)
class TargetChangeAdmin(ReadOnlyAdmin):
    list_display = ["month", "grid", "code", "old_value", "new_value", "reason", "at", "by"]
    list_select_related = ["grid", "by"]
    list_filter = ["month", "code"]
    search_fields = ["grid__code", "grid__name"]


@admin.register(RatingDraft)
class RatingDraftAdmin(ReadOnlyAdmin):
    list_display = ["month", "manager", "item", "score", "rater", "saved_at"]
    list_select_related = ["manager", "rater"]
    list_filter = ["month", "item"]


@admin.register(SchemeReceipt)
class SchemeReceiptAdmin(ReadOnlyAdmin):
    list_display = ["scheme", "branch", "read_by", "read_at"]
    list_select_related = ["scheme", "branch", "read_by"]


@admin.register(MeetingSnapshot)
class MeetingSnapshotAdmin(ReadOnlyAdmin):
    list_display = ["month", "branch", "number", "taken_at", "taken_by"]
    list_select_related = ["branch", "taken_by"]
    list_filter = ["branch", "month"]
