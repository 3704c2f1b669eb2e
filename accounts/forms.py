from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import User


class LoginForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("登录名或密码不对。请检查大小写；连续错 5 次会锁定 15 分钟。"),
        "inactive": _("这个账号已停用，请联系系统管理员。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("登录名")
        self.fields["username"].error_messages["required"] = _("请写登录名。")
        self.fields["password"].label = _("密码")
        self.fields["password"].error_messages["required"] = _("请写密码。")


class UserForm(forms.ModelForm):
    """A new user; which codes are needed depends on the role (constraints of the table say so)."""

    class Meta:
        model = User
        fields = ["username", "name", "role", "staff_code", "branch_code", "sub_bureau_code", "hall_code"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"
        self.fields["role"].choices = [("", _("请选择")), *Role.choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for role, field, words in _NEEDED:
            if cleaned.get("role") == role and not cleaned.get(field):
                self.add_error(field, words)
        return cleaned


_NEEDED = [
    (Role.BRANCH, "branch_code", _("分公司用户要写分公司编码。")),
    (Role.SUB_BUREAU, "sub_bureau_code", _("分局用户要写分局编码。")),
    (Role.HALL_CLERK, "hall_code", _("营业厅用户要写营业厅编码。")),
    (Role.HALL_MANAGER, "hall_code", _("营业厅用户要写营业厅编码。")),
    (Role.HALL_CLERK, "staff_code", _("营业员要写操作工号。")),
    (Role.ACCOUNT_MANAGER, "staff_code", _("客户经理要写工号。")),
]


class SavedViewForm(forms.Form):
    """The name of a view and what it is for."""

    name = forms.CharField(
        label=_("名称"), max_length=40, error_messages={"required": _("请给这个视图起个名称，例如“保有偏低”。")}
    )
    is_default = forms.BooleanField(label=_("打开这一页就用它"), required=False)
    is_shared = forms.BooleanField(label=_("和同事共享"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"
