from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from grids.models import Grid
from kpi.management.arguments import add_common, as_json
from kpi.models import Run
from kpi.queries.published import figure
from kpi.queries.records import ItemRecords, RatingRecord, Record, Uncounted, records_of_item, uncounted_of_item


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
        found = records_of_item(run=run, grid=grid, code=options["item"]) if run else None
        if run is None or found is None:
            asked = {"month": options["month"], "grid": grid.code, "item": options["item"]}
            raise CommandError(_("%(month)s 没有网格 %(grid)s 指标 %(item)s 的得分。") % asked)
        uncounted = uncounted_of_item(run=run, grid=grid, code=options["item"])
        document = _document(found, uncounted) | {"month": str(options["month"]), "grid": grid.code}
        self.stdout.write(as_json(document) if options["json"] else _text(document))


def _document(found: ItemRecords, uncounted: list[Uncounted]) -> dict[str, Any]:
    item = found.item
    return {
        "item": item.code,
        "name": found.indicator.name,
        "status": item.status,
        "formula": found.formula,
        "actual": figure(item.actual),
        "base": figure(item.base),
        "target": figure(item.target),
        "gained": item.gained,
        "lost": item.lost,
        "score": None if item.score is None else f"{item.score:f}",
        "weight": f"{item.weight:f}",
        "weighted": f"{item.weighted:f}",
        "records": [_record(row) for row in found.records],
        "ratings": [_rating(row) for row in found.ratings],
        "uncounted": [
            {
                "reason": why.reason,
                "label": why.label,
                "count": why.count,
                "records": [_record(row) for row in why.rows],
            }
            for why in uncounted
        ],
    }


def _record(row: Record) -> dict[str, Any]:
    return {
        "delta": row.delta,
        "day": row.day.isoformat(),
        "number": row.number,
        "slip_no": row.slip_number,
        "product": row.product,
        "address": row.address,
        "developer_no": row.developer_no,
        "developer": row.developer,
        "operator_no": row.operator,
        "note": row.note,
    }


def _rating(row: RatingRecord) -> dict[str, Any]:
    return {
        "staff_no": row.staff_no,
        "name": row.name,
        "days": row.days,
        "score": None if row.score is None else f"{row.score:.4f}",
        "items": {part.item: f"{part.score:f}" for part in row.parts},
    }


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
