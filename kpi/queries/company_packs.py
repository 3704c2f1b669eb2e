"""Which scores a workbook of the whole company would hold, and the ones that were made."""

from dataclasses import dataclass
from hashlib import sha256

from django.db.models import QuerySet

from accounts.scope import Scope
from grids.models import Branch
from kpi.models import CompanyPack, Run
from kpi.queries.generations import Generation
from kpi.queries.packs import Figures, company_pack
from kpi.queries.sheets import indicators_of

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Contents:
    """The figures of a month's workbook and the run whose scheme they are by. `left_out` names the branches that were
    scored by another scheme: their points don't compare."""

    figures: Figures
    run: Run
    left_out: list[str]


def mark_of(shown: Generation) -> str:
    """Changes whenever a score of any branch does."""
    return sha256(shown.mark.encode()).hexdigest()


def contents(shown: Generation) -> Contents | None:
    """What goes into the workbook; None for a month without scores."""
    if shown.newest is None:
        return None
    schemes = dict(Run.objects.filter(pk__in=shown.run_ids).values_list("pk", "scheme_id"))
    same = {branch for branch, run in shown.runs.items() if schemes[run] == schemes[shown.newest]}
    places = Branch.objects.filter(pk__in=shown.runs).order_by("code").values_list("pk", "name")
    names = {branch: name for branch, name in places if branch in same}
    figures = company_pack(shown, indicators_of(shown.newest), names)
    run = Run.objects.select_related("scheme").get(pk=shown.newest)
    return Contents(figures, run, [name for branch, name in places if branch not in same])


def packs_within(scope: Scope) -> QuerySet[CompanyPack]:
    """The newest ones, without their files."""
    return CompanyPack.objects.within(scope).defer("file").select_related("requested_by")
