from django import forms
from django.utils.translation import gettext_lazy as _

from customers.choices import CaseKind


class CaseForm(forms.Form):
    """A fault or a complaint, as one hears of it."""

    kind = forms.ChoiceField(
        label=_("是什么"),
        choices=CaseKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选故障还是投诉。")},
    )
    subject = forms.CharField(
        label=_("出了什么事"),
        max_length=120,
        help_text=_("一句话，例如“宽带晚上掉线”。不写姓名和电话。"),
        error_messages={"required": _("请写一句出了什么事。")},
    )
    opened_on = forms.DateField(label=_("发生日期"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    number = forms.CharField(
        label=_("事项编号"),
        max_length=30,
        required=False,
        help_text=_("已报 10000 的写单号，日文件会接到这一条上并替您办结。"),
    )
