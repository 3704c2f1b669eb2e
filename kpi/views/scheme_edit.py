"""Writing the quarter's scheme: begun from a version, checked while typed, saved whole, issued or thrown away."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.choices import Role
from accounts.doors import open_to
from accounts.models import User
from core.formats import listed
from core.formats import month as in_month
from core.periods import Month, local_day
from core.refusals import Refusal
from kpi.choices import SchemeStatus
from kpi.domain import drafts, issuing
from kpi.domain.drafts import DraftChanged, DraftGone
from kpi.forms import whole
from kpi.forms_schemes import BeginForm, Sheet, stored_sheet, typed_sheet
from kpi.models import Scheme
from kpi.queries.scheme_changes import compare
from kpi.queries.schemes import in_use_now, starts_counting


@open_to(Role.COMPANY)
def scheme_new(request: HttpRequest) -> HttpResponse:
    """Which quarter is the new draft for, and what does it start from?"""
    today = local_day(timezone.now())
    quarters = [Month.of(today).shift(3 * ahead) for ahead in (0, 1, 2)]
    choices = [(f"{m.year}Q{m.quarter}", f"{m.year}Q{m.quarter}") for m in quarters]
    source = request.GET.get("from", "")
    usual = {"quarter": choices[1][0], "source": source if source.isdecimal() else in_use_now(today).pk}
    form = BeginForm(request.POST or None, sources=Scheme.objects.all(), quarters=choices, initial=usual)
    if request.method == "POST" and form.is_valid():
        try:
            begun = _begun(request, form.cleaned_data["source"], form.cleaned_data["quarter"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("kpi:scheme_edit", begun.pk)
    page = {"form": form, "versions": {choice: drafts.next_version(*_quarter(choice)) for choice, _label in choices}}
    return render(request, "kpi/scheme_new.html", page)


def _quarter(text: str) -> tuple[int, int]:
    year, quarter = text.split("Q")
    return int(year), int(quarter)


def _begun(request: HttpRequest, source: Scheme, quarter: str) -> Scheme:
    """A copy of the source, in force from the first day that can still count."""
    year, number = _quarter(quarter)
    following = drafts.next_version(year, number)
    version = whole(request.POST.get(f"version-{quarter}", ""), following)
    fresh = Scheme(year=year, quarter=number)
    earliest = issuing.earliest_day(fresh)
    head = drafts.head_of(source).starting(earliest or drafts.quarter_first(year, number))
    return drafts.begin(
        year=year,
        quarter=number,
        version=version if 0 < version < following else following,
        head=head,
        indicators=list(source.indicators.all()),
        by=cast(User, request.user),
        now=timezone.now(),
    )


@open_to(Role.COMPANY)
def scheme_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Does the scheme say what it should, and does it add up?"""
    scheme = _typed_scheme(request, pk)
    if request.method == "GET":
        if scheme.status != SchemeStatus.DRAFT:
            return redirect("kpi:scheme_detail", pk)
        return _shown(request, scheme, stored_sheet(scheme, scheme.indicators.all()))
    sheet = typed_sheet(scheme, request.POST)
    op = request.POST.get("op", "save")
    if op == "check":
        return render(request, "kpi/_scheme_check.html", _checked(scheme, sheet))
    if op in ("save", "copy"):
        return _saved(request, scheme, sheet, as_new=op == "copy")
    return _shown(request, scheme, sheet)


def _typed_scheme(request: HttpRequest, pk: int) -> Scheme:
    """The scheme; of one deleted while it was edited what the page still knows."""
    found = Scheme.objects.filter(pk=pk).first()
    if found:
        return found
    try:
        year, quarter = _quarter(request.POST.get("quarter", ""))
    except ValueError as gone:
        raise Http404 from gone
    return Scheme(pk=pk, year=year, quarter=quarter, version=0, effective_on=drafts.quarter_first(year, quarter))


def _saved(request: HttpRequest, scheme: Scheme, sheet: Sheet, *, as_new: bool) -> HttpResponse:
    """Save the sheet, or as another version; when refused all that was typed is shown again."""
    seen = request.POST.get("revision", "")
    if sheet.faults:
        return _shown(request, scheme, sheet, refusal=_("没有保存：%(n)d 处要改。") % {"n": len(sheet.faults)})
    try:
        if as_new:
            saved = _copied(request, scheme, sheet)
        else:
            saved = drafts.save_whole(
                scheme=scheme,
                seen=whole(seen, -1),
                head=sheet.wanted,
                indicators=sheet.indicators,
                by=cast(User, request.user),
                now=timezone.now(),
            )
    except DraftChanged as changed:
        return _shown(request, scheme, sheet, refusal=str(changed), revision=changed.revision, clash=True)
    except DraftGone as gone:
        return _shown(request, scheme, sheet, refusal=str(gone), gone=True)
    messages.success(request, _("已保存 %(scheme)s 草案。") % {"scheme": saved})
    return redirect("kpi:scheme_edit", saved.pk)


def _copied(request: HttpRequest, scheme: Scheme, sheet: Sheet) -> Scheme:
    return drafts.begin(
        year=scheme.year,
        quarter=scheme.quarter,
        version=drafts.next_version(scheme.year, scheme.quarter),
        head=sheet.wanted,
        indicators=sheet.indicators,
        by=cast(User, request.user),
        now=timezone.now(),
    )


def _checked(scheme: Scheme, sheet: Sheet) -> dict[str, Any]:
    """What the page is told while it is typed."""
    used = in_use_now(local_day(timezone.now()))
    trial = sheet.wanted.put_on(Scheme(year=scheme.year, quarter=scheme.quarter, version=scheme.version))
    return {
        "scheme": scheme,
        "sheet": sheet,
        "used": used,
        "changes": compare(used, trial, sheet.indicators),
        "starts": starts_counting(trial),
    }


def _shown(request: HttpRequest, scheme: Scheme, sheet: Sheet, **more: Any) -> HttpResponse:
    page = _checked(scheme, sheet) | {"refusal": "", "revision": scheme.revision, "clash": False, "gone": False} | more
    if more.get("clash"):
        stored = Scheme.objects.get(pk=scheme.pk)
        page["theirs"] = compare(stored, sheet.wanted.put_on(Scheme(version=scheme.version)), sheet.indicators)
    elif request.method == "POST" and "revision" not in more:
        page["revision"] = request.POST.get("revision", "")
    template = "kpi/_scheme_sheet.html" if request.headers.get("X-Part") == "sheet" else "kpi/scheme_edit.html"
    return render(request, template, page)


@open_to(Role.COMPANY)
@require_POST
def scheme_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    try:
        gone = drafts.delete(scheme_id=pk)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("kpi:scheme_detail", pk)
    if gone:
        messages.success(request, _("草案已删除。"))
    else:
        messages.info(request, _("这个草案已经不在了。"))
    return redirect("kpi:scheme_list")


@open_to(Role.COMPANY)
@require_POST
def scheme_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a draft to the branches, as it was read."""
    scheme = get_object_or_404(Scheme, pk=pk)
    seen = request.POST.get("revision", "")
    scheme.revision = whole(seen, -1)
    try:
        months = issuing.issue(scheme=scheme, by=cast(User, request.user), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("已下发 %(scheme)s，各分公司在首页看到。") % {"scheme": scheme}
        if months:
            words += _("%(months)s正在按它重算。") % {"months": listed(in_month(month) for month in months)}
        messages.success(request, words)
    return redirect("kpi:scheme_detail", pk)
