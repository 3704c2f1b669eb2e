import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.formats import listed
from core.periods import Month, local_day
from core.refusals import Refusal
from grids.models import Branch
from kpi.choices import MonthState
from kpi.domain import months
from kpi.management.arguments import add_common, as_json, branch_of
from kpi.models import BranchMonth

AHEAD = {
    MonthState.PUBLISHED: [MonthState.PUBLISHED, MonthState.CLOSED],
    MonthState.CLOSED: [MonthState.CLOSED],
}
ANY_NUMBER = 2**31


class Command(BaseCommand):
    help = "Close a month, or publish it: first names all that stands in the way; then does nothing, exit code 1."

    def add_arguments(self, parser: CommandParser) -> None:
        add_common(parser)
        parser.add_argument("--branch", help=_("只办这个分公司（编码）；默认所有分公司"))
        parser.add_argument("--publish", action="store_true", help=_("公示，而不是审定"))
        parser.add_argument("--in-transit-seen", action="store_true", help=_("已看过在途单：只有在途单时照样审定"))
        parser.add_argument(
            "--appeals-until", type=dt.date.fromisoformat, help=_("申诉截止日期，如 2026-11-08（与 --publish 同用）")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        month, now = options["month"], timezone.now()
        wanted = MonthState.PUBLISHED if options["publish"] else MonthState.CLOSED
        branches = _not_yet(month, wanted, branch_of(options["branch"]))
        standing = [(branch, obstacle) for branch in branches for obstacle in _obstacles(branch, month, wanted, now)]
        if options["in_transit_seen"]:
            standing = [pair for pair in standing if not pair[1].can_be_passed]
        if not standing:
            _proceed(branches, month, wanted, now, options)
        document = {
            "month": str(month),
            "state": wanted if not standing else None,
            "branches": [branch.code for branch in branches],
            "obstacles": [
                {"branch": branch.code, "kind": found.kind, "text": found.text} for branch, found in standing
            ],
        }
        self.stdout.write(as_json(document) if options["json"] else _text(document, wanted))
        if standing:
            said = ngettext("%(month)s 有 %(n)d 件事要先办。", "%(month)s 有 %(n)d 件事要先办。", len(standing))
            raise CommandError(said % {"month": month, "n": len(standing)})


def _not_yet(month: Month, wanted: MonthState, only: Branch | None) -> list[Branch]:
    there = BranchMonth.objects.filter(month=month.first, state__in=AHEAD[wanted])
    found = Branch.objects.exclude(pk__in=there.values("branch"))
    return list(found.filter(pk=only.pk) if only else found)


def _obstacles(branch: Branch, month: Month, wanted: MonthState, now: dt.datetime) -> list[months.Obstacle]:
    if wanted == MonthState.PUBLISHED:
        return months.obstacles(branch, month)
    return months.closing_obstacles(branch, month, today=local_day(now))


@transaction.atomic
def _proceed(
    branches: list[Branch], month: Month, wanted: MonthState, now: dt.datetime, options: dict[str, Any]
) -> None:
    until, seen = options["appeals_until"], ANY_NUMBER if options["in_transit_seen"] else 0
    try:
        for branch in branches:
            if wanted == MonthState.PUBLISHED:
                months.publish(branch=branch, month=month, by=None, now=now, appeals_until=until)
            else:
                months.close(branch=branch, month=month, by=None, now=now, today=local_day(now), in_transit_seen=seen)
    except Refusal as refusal:  # something changed since the obstacles were listed
        raise CommandError(str(refusal)) from refusal


def _text(document: dict[str, Any], wanted: MonthState) -> str:
    if document["obstacles"]:
        return "\n".join(f"{found['branch']}  {found['text']}" for found in document["obstacles"])
    codes = listed(document["branches"]) or _("没有要办的分公司")
    return f"{document['month']} {wanted.label}：{codes}"
