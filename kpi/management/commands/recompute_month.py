import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.refusals import Refusal
from kpi.choices import RunCause, RunStatus
from kpi.domain import recompute
from kpi.management.arguments import add_common, as_json, branch_of
from kpi.models import Run

POLL_SECONDS = 0.5


class Command(BaseCommand):
    help = "重算一个月的考核得分:登记一次重算,交给后台;--wait 等到算完。"

    def add_arguments(self, parser: CommandParser) -> None:
        add_common(parser)
        parser.add_argument("--branch", help="只算这个分公司(编码);默认所有未审定的分公司")
        parser.add_argument("--wait", action="store_true", help="等到算完;没有后台进程时由本命令算")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = recompute.request(
                month=options["month"],
                branch=branch_of(options["branch"]),
                cause=RunCause.COMMAND,
                now=timezone.now(),
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["wait"]:
            run = _finished(run)
        self.stdout.write(as_json(_document(run)) if options["json"] else _sentence(run))
        if run.status == RunStatus.FAILED:
            raise CommandError(f"重算 #{run.pk} 失败:{run.error}")


def _finished(run: Run) -> Run:
    """Do it here, unless a worker took it first; one that dies on the way is taken over once its heartbeat stops."""
    while run.status in (RunStatus.REQUESTED, RunStatus.RUNNING):
        if not recompute.run(run.pk, now=timezone.now()):
            time.sleep(POLL_SECONDS)
        run.refresh_from_db()
    return run


def _document(run: Run) -> dict[str, Any]:
    seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.started_at else None
    return {
        "run": run.pk,
        "month": f"{run.month:%Y-%m}",
        "branch": run.branch.code if run.branch else None,
        "status": run.status,
        "scheme": str(run.scheme) if run.scheme else None,
        "grids": run.grid_count,
        "people": run.person_count,
        "seconds": seconds,
        "error": run.error,
    }


def _sentence(run: Run) -> str:
    facts = _document(run)
    if run.status == RunStatus.DONE:
        return (
            f"{facts['month']} 已重算(#{run.pk},方案 {facts['scheme']}):"
            f"{facts['grids']} 个网格,{facts['people']} 人,用时 {facts['seconds']:.1f} 秒"
        )
    return f"{facts['month']} 的重算已登记(#{run.pk},{run.get_status_display()})"
