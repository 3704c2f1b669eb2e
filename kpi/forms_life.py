"""What people write in the life of a month: an appeal, its answer, the reason of a correction."""

from django import forms
from django.utils.translation import gettext_lazy

from core.refusals import Refusal
from kpi.choices import AppealOutcome
from kpi.domain import appeals, corrections

TOTAL = "total"


class RefusedForm(forms.Form):
    """A form that shows what a rule said beside what was typed."""

    def refuse(self, refusal: Refusal) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))


def _text_area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class AppealForm(RefusedForm):
    """What is contested, and why."""

    code = forms.ChoiceField(label=gettext_lazy("对什么有异议"))
    text = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=appeals.LONGEST,
        widget=_text_area(),
        help_text=gettext_lazy("写明哪一单、哪一天、应当怎样算。"),
    )

    def __init__(self, *args: object, codes: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["code"].choices = [(TOTAL, gettext_lazy("总分")), *codes]  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        """The item, empty for the total."""
        code: str = self.cleaned_data["code"]
        return "" if code == TOTAL else code


class AnswerForm(RefusedForm):
    """Whether an appeal holds, with the reason."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("结果"),
        choices=[choice for choice in AppealOutcome.choices if choice[0] != AppealOutcome.WITHDRAWN],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=gettext_lazy("答复"), max_length=appeals.LONGEST, widget=_text_area())


class SignForm(RefusedForm):
    """Why a closed month is corrected."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=corrections.LONGEST, widget=_text_area(3))
