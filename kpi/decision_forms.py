"""The form on the last slide of a meeting."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from core.formats import named
from grids.models import Branch, Grid
from kpi.choices import DecisionKind
from kpi.models import Indicator
from managers.models import Posting


class PostingChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Posting) -> str:
        return f"{obj.manager.name} · {obj.grid.name}"


class DecisionForm(forms.Form):
    """What the meeting decided, who does it and until when; a target or a follow-up where it comes to that."""

    kind = forms.ChoiceField(label=_("种类"), choices=DecisionKind.choices, required=False)
    text = forms.CharField(label=_("决定"), max_length=300)
    owner = forms.CharField(label=_("责任人"), max_length=40, required=False)
    due_on = forms.DateField(label=_("期限"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    grid = forms.ModelChoiceField(label=_("网格"), queryset=Grid.objects.none(), required=False, empty_label="—")
    code = forms.ChoiceField(label=_("指标"), required=False)
    value = forms.DecimalField(label=_("下月目标"), min_value=0, max_digits=9, decimal_places=2, required=False)
    posting = PostingChoice(label=_("由谁跟进"), queryset=Posting.objects.none(), required=False, empty_label="—")

    def __init__(
        self, *args: Any, scope: Scope, branch: Branch, rules: Iterable[Indicator], today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        grids = Grid.objects.within(scope).filter(branch=branch).active_on(today)
        self._field("grid").queryset = grids.order_by("code")
        serving = Posting.objects.filter(grid__in=grids, period__contains=today).select_related("manager", "grid")
        self._field("posting").queryset = serving.order_by("grid__code", "manager__staff_no")
        self._field("code").choices = [("", "—"), *((r.code, f"{r.code} {named(r.name)}") for r in rules)]

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean(self) -> dict[str, Any]:
        """A follow-up is its manager's unless somebody else is named; all else needs an owner."""
        found = super().clean() or {}
        found["kind"] = found.get("kind") or DecisionKind.PLAIN
        posting = found.get("posting")
        if not found.get("owner"):
            if found["kind"] == DecisionKind.FOLLOW_UP and posting:
                found["owner"] = posting.manager.name
            elif "owner" not in self.errors:
                self.add_error("owner", _("请写责任人。"))
        return found
