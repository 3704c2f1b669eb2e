from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ReadOnlyAdmin
from core.formats import mask_name, mask_phone
from customers.models import Case, CaseEvent, Household, LineChange, Subscription


@admin.register(Household)
class HouseholdAdmin(ReadOnlyAdmin):
    """Names and phones stay masked here too: looking at one is a reason and a line in the log."""

    list_display = ["code", "community", "building", "address", "masked_name", "masked_phone"]
    list_select_related = ["community"]
    search_fields = ["=code"]
    ordering = ["-id"]
    fields = ["code", "branch", "community", "building", "address", "masked_name", "masked_phone"]

    @admin.display(description=_("联系人"))
    def masked_name(self, household: Household) -> str:
        return mask_name(household.contact_name)

    @admin.display(description=_("联系电话"))
    def masked_phone(self, household: Household) -> str:
        return mask_phone(household.contact_phone)


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["code", "household_id", "product_code", "opened_on", "closed_on"]
    search_fields = ["=code", "=household__code"]
    ordering = ["-id"]


@admin.register(LineChange)
class LineChangeAdmin(ReadOnlyAdmin):
    list_display = ["effect_on", "at"]
    ordering = ["-id"]


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    list_display = ["number", "kind", "household_id", "subject", "opened_on", "closed_on"]
    list_filter = ["kind"]
    search_fields = ["=number", "=household__code"]
    ordering = ["-id"]


@admin.register(CaseEvent)
class CaseEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "case_id", "kind", "subject", "closed_on", "outcome", "by"]
    list_select_related = ["by"]
    search_fields = ["=case__number"]
    ordering = ["-id"]
