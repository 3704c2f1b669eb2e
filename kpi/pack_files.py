"""The workbook of the whole company: read in one moment, written to a file, handed back as bytes."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from core.formats import listed, moment
from core.formats import month as in_month
from core.periods import Month
from kpi.domain.company_packs import Made
from kpi.domain.snapshots import snapshot
from kpi.models import CompanyPack
from kpi.queries.company_packs import Contents, contents
from kpi.queries.generations import generation
from kpi.workbooks import packs
from kpi.workbooks.notes import explained


def make(row: CompanyPack, step: Callable[[str], None]) -> Made:
    """The scores that the month shows now, in the language that was asked for; raises LookupError without any."""
    month = Month.of(row.month)
    with translation.override(row.language), tempfile.TemporaryDirectory() as folder:
        step("read_scores")
        with snapshot():
            found = contents(generation(month))
        if found is None:
            raise LookupError(_("这个月还没有成绩。"))
        step("write_workbook")
        path = Path(folder) / "pack.xlsx"
        packs.write(path, found.figures, notes=notes(row, found, month))
        grids, people = len(found.figures["grids"]), len(found.figures["people"])
        return Made(path.read_bytes(), grids, people, listed(found.left_out)[:300])


def notes(row: CompanyPack, found: Contents, month: Month) -> list[tuple[str, str]]:
    """The first sheet: what this is, of which moment, how to use it."""
    asked = _("%(at)s 要的，%(by)s") % {
        "at": moment(row.requested_at),
        "by": row.requested_by.name if row.requested_by else "",
    }
    scored = _("方案 %(scheme)s，最近一次重算 #%(run)d，数据截至 %(at)s") % {
        "scheme": found.run.scheme or "",
        "run": found.run.pk,
        "at": moment(found.run.watermark_at),
    }
    head = [(_("全公司公式表"), in_month(month)), (_("出处"), asked), (_("成绩"), scored)]
    if found.left_out:
        words = _("%(names)s：按另一个方案算的分，不能放在一起比。") % {"names": listed(found.left_out)}
        head.append((_("未列入"), words))
    ranks = (_("名次"), _("在全公司的名次；同分同名次，下一名跳过。"))
    return [*head, ranks, *explained()]
