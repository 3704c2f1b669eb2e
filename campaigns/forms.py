from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.choices import VisitKind

MOMENT = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})


class VisitForm(forms.Form):
    kind = forms.ChoiceField(label=_("做了什么"), choices=VisitKind.choices)
    household = forms.CharField(
        label=_("客户编码"), max_length=30, required=False, help_text=_("入户和维系要写；从客户页进来会自动填好")
    )
    visited_at = forms.DateTimeField(label=_("什么时候"), widget=MOMENT)
    note = forms.CharField(label=_("经过"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    follow_up = forms.CharField(
        label=_("下一步"), max_length=120, required=False, help_text=_("写了就会出现在待跟进里")
    )
    due_at = forms.DateTimeField(label=_("下一步的期限"), required=False, widget=MOMENT)

    def clean(self) -> dict[str, object]:
        fields = super().clean() or {}
        if fields.get("follow_up") and not fields.get("due_at") and "due_at" not in self.errors:
            self.add_error("due_at", _("写了下一步，就要写期限。"))
        return fields
