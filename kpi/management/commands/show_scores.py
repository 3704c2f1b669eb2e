from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kpi.management.arguments import add_common, as_json
from kpi.queries.published import scores_document


class Command(BaseCommand):
    help = "List the scores of a month, item by item."

    def add_arguments(self, parser: CommandParser) -> None:
        add_common(parser)
        one = parser.add_mutually_exclusive_group()
        one.add_argument("--grid", help=_("只看这个网格（编码）"))
        one.add_argument("--staff-no", help=_("只看这个人（工号）"))

    def handle(self, *args: Any, **options: Any) -> None:
        document = scores_document(options["month"], grid=options["grid"], staff_no=options["staff_no"])
        if not (document["grids"] or document["people"]):
            raise CommandError(_("%(month)s 没有这样的得分；先运行 recompute_month %(month)s --wait。") % options)
        self.stdout.write(as_json(document) if options["json"] else _table(document))


def _table(document: dict[str, Any]) -> str:
    lines = [" ".join((document["month"], _("方案"), str(document["scheme"])))]
    for row in (*document["grids"], *document["people"]):
        who = f"{row['grid']} {row['name']}" if "grid" in row else f"{row['staff_no']} {row['name']}"
        items = "  ".join(f"{code} {item['score'] or item['status']}" for code, item in row["items"].items())
        lines.append(f"{row['rank']:>4}  {row['total']:>7}  {who}  {items}")
    return "\n".join(lines)
