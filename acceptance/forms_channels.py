"""Forms of the pages of channels."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from acceptance.choices import Catalogue, ChannelTier, CommunityChannelKind, PermissionStep
from acceptance.domain.community_channels import Details
from acceptance.models import Channel, CommunityChannel
from accounts.scope import Scope
from core.formats import named
from grids.models import Community


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more)


class CommunityChannelForm(forms.Form):
    """What is known of a community channel; the community is typed by name or code, from a list."""

    name = forms.CharField(label=_("名称"), max_length=60)
    kind = forms.ChoiceField(label=_("种类"), choices=CommunityChannelKind.choices)
    community = forms.ModelChoiceField(
        Community.objects.none(),
        label=_("社区"),
        to_field_name="code",
        help_text=_("写社区编码，或从列表里选"),
        widget=forms.TextInput(attrs={"list": "communities"}),
    )
    address = forms.CharField(label=_("地址"), max_length=120, required=False)
    contact_name = forms.CharField(label=_("联系人"), max_length=40)
    contact_phone = forms.RegexField(
        r"^[0-9+\- ]{5,20}$",
        label=_("联系电话"),
        error_messages={"invalid": _("电话是 5–20 位数字。")},
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    since = _day(_("合作起始"))

    def __init__(self, *args: Any, scope: Scope, channel: CommunityChannel | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = Community.objects.within(scope)  # type: ignore[attr-defined]
        if channel:
            del self.fields["since"]

    @property
    def details(self) -> Details:
        data = {name: value for name, value in self.cleaned_data.items() if name != "since"}
        return Details(**data)


def details_of(channel: CommunityChannel) -> dict[str, object]:
    """What the form shows first of a channel that is known."""
    names = ("name", "kind", "address", "contact_name", "contact_phone")
    return {name: getattr(channel, name) for name in names} | {"community": channel.community.code}


class OpenForm(forms.Form):
    """The next step of a channel, by which policy and from which day on."""

    step = forms.ChoiceField(label=_("权限"), choices=PermissionStep.choices)
    policy = forms.CharField(label=_("政策文件"), max_length=120, help_text=_("文号和名称，例如“津家客〔2026〕12 号”"))
    on = _day(_("开通日期"))


class WithdrawForm(forms.Form):
    """A step to take back, with those that rest on it."""

    step = forms.ChoiceField(label=_("撤回哪一步"), help_text=_("它后面的各步一起撤回"))
    reason = forms.CharField(label=_("理由"), max_length=200)
    on = _day(_("撤回日期"))

    def __init__(self, *args: Any, held: list[tuple[str, object]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = held  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """The end of working with a channel."""

    reason = forms.CharField(label=_("终止理由"), max_length=200)
    on = _day(_("终止日期"))


class ChannelChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Channel) -> str:
        return named(obj.name)


class MapForm(forms.Form):
    """Which channel of the plan takes over from one of today's."""

    source = ChannelChoice(Channel.objects.all(), label=_("现状渠道"), empty_label=_("请选择"))
    target = ChannelChoice(Channel.objects.all(), label=_("规划渠道"), empty_label=_("请选择"))
    on = _day(_("生效日期"))
    document = forms.CharField(label=_("依据文件"), max_length=120)


class PlaceForm(forms.Form):
    """A channel's place in one of the catalogues."""

    channel = ChannelChoice(Channel.objects.all(), label=_("渠道"), empty_label=_("请选择"))
    catalogue = forms.ChoiceField(label=_("目录"), choices=Catalogue.choices)
    tier = forms.ChoiceField(
        label=_("类别"),
        choices=[("", _("退出这个目录")), *ChannelTier.choices],
        required=False,
        help_text=_("现状目录分自有和社会渠道，规划目录分核心和补充渠道"),
    )
    name = forms.CharField(label=_("目录中的名称"), max_length=40, required=False)
    on = _day(_("生效日期"))
    document = forms.CharField(label=_("依据文件"), max_length=120, required=False)


class HallContactForm(forms.Form):
    """Where a hall is and how it is called, as customers read it."""

    address = forms.CharField(label=_("地址"), max_length=120, required=False)
    phone = forms.CharField(
        label=_("电话"),
        max_length=30,
        required=False,
        help_text=_("客户在查进度的页面上看到"),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )


class ReasonForm(forms.Form):
    """Why somebody looks at personal data."""

    reason = forms.CharField(label=_("理由"), max_length=200, help_text=_("例如“客户投诉，需回访”；写进访问记录"))
