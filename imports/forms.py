"""What the upload page takes."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import spreadsheets
from core.refusals import Refusal
from imports.domain import batches
from imports.domain.loading import guess_kind, loader_for, positions


def kind_choices(user: User) -> list[tuple[str, str]]:
    """The kinds of file a person may exchange, by their Chinese names."""
    return [(kind, str(loader_for(kind).label)) for kind in batches.kinds_for(user)]


class UploadForm(forms.Form):
    """A file, and what it is; its header tells when nobody does. `cleaned_data["kind"]` is always filled."""

    file = forms.FileField(
        label=_("文件"), max_length=200, help_text=_(".csv（UTF-8 或 GB18030）或 .xlsx，最多 600 MB")
    )
    kind = forms.ChoiceField(label=_("种类"), required=False, help_text=_("不选时按表头识别"))
    strict = forms.BooleanField(label=_("有一行出错就全不导入"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kinds = batches.kinds_for(user)
        self.fields["kind"].choices = [("", _("按表头识别")), *kind_choices(user)]  # type: ignore[attr-defined]
        self.fields["file"].widget.attrs["accept"] = ".csv,.xlsx"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file and not self.errors:
            try:
                cleaned["kind"] = self._kind_of(file, cleaned.get("kind", ""))
            except Refusal as refusal:
                self.add_error(refusal.field or "file", str(refusal))
        return cleaned

    def _kind_of(self, file: UploadedFile, kind: str) -> str:
        with batches.on_disk(file) as path:
            header = spreadsheets.read(path).header
        if kind:
            positions(loader_for(kind), header)
            return kind
        if found := guess_kind(header, self._kinds):
            return found
        raise Refusal(_("表头认不出是哪种文件。请选择种类，或下载模板对照。"), field="kind")


class ExportForm(forms.Form):
    """What to take out: a kind, in which form, of which month."""

    kind = forms.ChoiceField(label=_("种类"))
    form = forms.ChoiceField(label=_("格式"), choices=[("xlsx", ".xlsx"), ("csv", ".csv")], required=False)
    month = forms.CharField(label=_("月份"), required=False, max_length=10)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kind_choices(user)  # type: ignore[attr-defined]
