from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ReadOnlyAdmin
from accounts.models import AccessLog, Company, SavedView, User

# Rights follow from the role, not from groups.
admin.site.unregister(Group)
admin.site.site_header = admin.site.site_title = _("家客网格")
admin.site.index_title = _("后台")


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["username", "name", "role", "staff_code", "branch_code", "hall_code", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "name", "staff_code", "branch_code", "sub_bureau_code", "hall_code"]
    exclude = ["password", "groups", "user_permissions"]
    readonly_fields = ["last_login", "date_joined"]


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    list_display = ["at", "user", "action", "subject", "reason"]
    list_select_related = ["user"]
    list_filter = ["action"]
    search_fields = ["subject", "user__username"]


@admin.register(Company)
class CompanyAdmin(ReadOnlyAdmin):
    list_display = ["name", "is_demo", "recipe", "built_at"]


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    list_display = ["name", "page", "owner", "audience", "branch_code", "is_default", "saved_at"]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__username"]
