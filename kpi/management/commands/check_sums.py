from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpi.management.arguments import add_common, as_json, branch_of
from kpi.queries.generations import generation
from kpi.queries.tie_outs import Checked, check

LISTED = 50


class Command(BaseCommand):
    help = "Work every figure of a month out again from the level below; fails and lists them when any differs."

    def add_arguments(self, parser: CommandParser) -> None:
        add_common(parser)
        parser.add_argument("--branch", help=_("只核对这个分公司（编码）"))
        parser.add_argument("--corrected", action="store_true", help=_("核对更正后的结果"))

    def handle(self, *args: Any, **options: Any) -> None:
        branch = branch_of(options["branch"])
        shown = generation(options["month"], corrected=options["corrected"]).of(branch.pk if branch else None)
        if not shown.runs:
            raise CommandError(_("%(month)s 没有得分；先运行 recompute_month %(month)s --wait。") % options)
        found = check(shown)
        self.stdout.write(as_json(_document(found, str(shown.month))) if options["json"] else _text(found))
        if found.differences:
            raise CommandError(_("有 %(n)d 处对不上。") % {"n": len(found.differences)})


def _document(found: Checked, month: str) -> dict[str, Any]:
    return {
        "month": month,
        "checked": dict(found.figures),
        "late_records": found.late,
        "differences": [asdict(difference) for difference in found.differences],
    }


def _text(found: Checked) -> str:
    lines = [f"{level:<10}{count:>8}" for level, count in found.figures.items()]
    if found.late:
        lines.append(_("结果算出之后才到的记录：%(n)d 条") % {"n": found.late})
    for difference in found.differences[:LISTED]:
        where = " ".join(filter(None, (difference.level, difference.subject, difference.code, difference.figure)))
        lines.append(f"! {where}: {difference.shown} ≠ {difference.found}")
    if len(found.differences) > LISTED:
        lines.append(f"… {len(found.differences)}")
    return "\n".join(lines if found.differences else [*lines, _("全部对得上，到最后一位。")])
