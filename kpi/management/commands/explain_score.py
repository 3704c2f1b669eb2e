from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from grids.models import Grid
from kpi.management.arguments import add_common, as_json
from kpi.models import Run
from kpi.queries.explanations import explained_item


class Command(BaseCommand):
    help = "List every record behind a grid's score of an item, and those that look related but don't count."

    def add_arguments(self, parser: CommandParser) -> None:
        add_common(parser)
        parser.add_argument("--grid", required=True, help=_("网格编码"))
        parser.add_argument("--item", required=True, help=_("指标，如 A"))

    def handle(self, *args: Any, **options: Any) -> None:
        grid = Grid.objects.filter(code=options["grid"]).first()
        if grid is None:
            raise CommandError(_("没有编码为 %(code)s 的网格。") % {"code": options["grid"]})
        run = Run.objects.filter(current_for__month=options["month"].first, current_for__branch=grid.branch_id).first()
        found = explained_item(run, grid, options["item"]) if run else None
        if found is None:
            asked = {"month": options["month"], "grid": grid.code, "item": options["item"]}
            raise CommandError(_("%(month)s 没有网格 %(grid)s 指标 %(item)s 的得分。") % asked)
        document = found | {"month": str(options["month"]), "grid": grid.code}
        self.stdout.write(as_json(document) if options["json"] else _text(document))


def _text(document: dict[str, Any]) -> str:
    lines = [
        f"{document['month']} {document['grid']} {document['item']} {document['name']}: {document['score']}",
        document["formula"],
    ]
    lines += [_line(row) for row in document["records"]]
    lines += [f"  {row['staff_no']} {row['name']} {row['days']} d {row['score']}" for row in document["ratings"]]
    uncounted = _("未计入")
    for why in document["uncounted"]:
        lines += [f"{uncounted}: {why['label']} ({why['count']})", *(_line(row) for row in why["records"])]
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> str:
    columns = (f"{row['delta']:+d}", row["day"], row["number"], row["product"], row["address"], row["note"])
    return "  " + "  ".join(columns).rstrip()
