from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grids.models import Community, Grid
from managers.choices import Duty, TeamGap
from managers.models import Manager


class DatedForm(forms.Form):
    """A form about something that holds from a day on."""

    since = forms.DateField(label=_("生效日期"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))


class PostingForm(DatedForm):
    """A manager's new grid or duty; the manager is on the page."""

    grid = forms.ModelChoiceField(Grid.objects.none(), label=_("网格"), empty_label=_("请选择"))
    duty = forms.ChoiceField(label=_("分工"), choices=Duty.choices)
    field_order = ["grid", "duty", "since"]

    def __init__(self, *args: Any, scope: Scope, manager: Manager, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grid"].queryset = Grid.objects.within(scope).filter(branch=manager.branch_id)  # type: ignore[attr-defined]


class LeaveForm(DatedForm):
    """The first day without the posting."""

    field_order = ["since"]


class WaiverForm(DatedForm):
    """Why something departs from the rules, and until when."""

    until = forms.DateField(
        label=_("失效日期"),
        required=False,
        help_text=_("这一天起不再有效；空为长期"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = forms.CharField(label=_("理由"), max_length=200)


class TeamWaiverForm(WaiverForm):
    gap = forms.ChoiceField(label=_("情形"), choices=TeamGap.choices)
    field_order = ["gap", "since", "until", "reason"]


class MoveForm(DatedForm):
    """A community for the grid on the page."""

    community = forms.ModelChoiceField(Community.objects.none(), label=_("社区"), to_field_name="code")
    reason = forms.CharField(label=_("理由"), max_length=200, required=False, help_text=_("社区属于另一个分局时要写"))
    field_order = ["community", "since", "reason"]

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = Community.objects.within(scope)  # type: ignore[attr-defined]
        self.fields["community"].widget = forms.TextInput(attrs={"list": "communities"})
