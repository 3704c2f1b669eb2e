import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core.refusals import Refusal
from kpi.choices import RunCause, RunStatus
from kpi.domain import recompute
from kpi.management.arguments import add_common, as_json, branch_of
from kpi.models import Run

POLL_SECONDS = 0.5


class Command(BaseCommand):
    help = "Recompute a month's scores: enters a run for the background worker; --wait waits until it is done."

    def add_arguments(self, parser: CommandParser) -> None:
        add_common(parser)
        parser.add_argument("--branch", help=_("只算这个分公司（编码）；默认所有未审定的分公司"))
        parser.add_argument("--wait", action="store_true", help=_("等到算完；没有后台进程时由本命令算"))

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
            raise CommandError(_("重算 #%(run)d 失败：%(error)s") % {"run": run.pk, "error": run.error})


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
        done = _("%(month)s 已重算（#%(run)d，方案 %(scheme)s）：%(grids)d 个网格，%(people)d 人，%(seconds).1f 秒")
        return done % facts
    entered = _("%(month)s 的重算已登记（#%(run)d，%(status)s）")
    return entered % (facts | {"status": run.get_status_display()})
