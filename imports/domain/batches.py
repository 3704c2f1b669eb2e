"""A file that came in is a job: first a row, then the work, which may be killed at any point and done again."""

import datetime as dt
import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from core import jobs, sql
from core.periods import local_day
from core.refusals import Refusal
from imports.choices import BatchStatus
from imports.domain import loading
from imports.domain.loading import Outcome, Rejections, Request
from imports.models import Batch, RejectedRow

TASK = "imports.tasks.run_batch"
STALE_AFTER = dt.timedelta(seconds=60)
RESEND_AFTER = dt.timedelta(seconds=30)
MAX_ATTEMPTS = 5
# Taken with a batch's id: whoever holds it works on the batch, and a dead connection lets go of it.
LOCK = 0x696D70

# What the department of a branch may send in, for its own branch only.
BRANCH_KINDS = ("grid_communities", "postings", "targets", "ratings")


class BatchRefused(Refusal):
    """The batch is not in a state for this."""


def kinds_for(user: User) -> list[str]:
    """The kinds of file that a person may import and export."""
    if user.role in (Role.IT_ADMIN, Role.COMPANY):
        return list(settings.IMPORT_LOADERS)
    return list(BRANCH_KINDS) if user.role == Role.BRANCH else []


@transaction.atomic
def receive(*, kind: str, file: BinaryIO, filename: str, by: User, strict: bool = False) -> Batch:
    """Keep an uploaded file and ask for its preview. Raises a Refusal for a kind that is unknown or not one's own."""
    loading.loader_for(kind)
    if kind not in kinds_for(by):
        raise BatchRefused(_("您不能导入这种文件。"), field="kind")
    name = Path(filename).name[-200:] or "file"
    batch = Batch(kind=kind, filename=name, sha256=fingerprint(file), strict=strict, dry_run=True, requested_by=by)
    batch.file.save(f"{batch.sha256[:16]}{Path(name).suffix[:8].lower()}", File(file), save=False)
    batch.save()
    jobs.send_on_commit(TASK, batch_id=batch.pk)
    return batch


def fingerprint(file: BinaryIO) -> str:
    """SHA-256 of a file; leaves it at its beginning."""
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # wants readinto of a BinaryIO
    file.seek(0)
    return digest


@contextmanager
def on_disk(file: "BinaryIO | UploadedFile[Any]") -> Iterator[Path]:
    """An uploaded file as a path, for readers that want one; leaves the file at its beginning."""
    with tempfile.NamedTemporaryFile(prefix="gm-") as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy, 1 << 20)
        copy.flush()
        yield Path(copy.name)
    file.seek(0)


def earlier(batch: Batch) -> Batch | None:
    """An import of exactly the same file that went through before."""
    same = Batch.objects.filter(sha256=batch.sha256, kind=batch.kind, status=BatchStatus.DONE, dry_run=False)
    return same.exclude(pk=batch.pk).order_by("-pk").first()


@transaction.atomic
def confirm(*, batch: Batch) -> None:
    """Have a previewed file written."""
    previewed = Batch.objects.filter(pk=batch.pk, status=BatchStatus.PREVIEWED)
    if not previewed.update(status=BatchStatus.UPLOADED, dry_run=False, attempts=0, heartbeat_at=None, started_at=None):
        raise BatchRefused(_("这一批不在待确认状态。"))
    jobs.send_on_commit(TASK, batch_id=batch.pk)


def discard(*, batch: Batch, now: dt.datetime) -> None:
    """Leave a previewed or failed file alone for good."""
    waiting = Batch.objects.filter(pk=batch.pk, status__in=[BatchStatus.PREVIEWED, BatchStatus.FAILED])
    if not waiting.update(status=BatchStatus.DISCARDED, finished_at=now):
        raise BatchRefused(_("这一批不在待确认状态。"))


def run(batch_id: int, *, now: dt.datetime) -> bool:
    """Preview or write a batch. False when somebody else is at it or nothing is left to do.

    Running it twice changes nothing: rows and outcome are written by one transaction.
    """
    if not sql.value("imports/lock_batch", lock=LOCK, batch=batch_id):
        return False
    try:
        free = Batch.objects.filter(pk=batch_id, status__in=[BatchStatus.UPLOADED, BatchStatus.RUNNING]).exclude(
            file=""
        )
        if not free.update(
            status=BatchStatus.RUNNING, started_at=now, heartbeat_at=Now(), attempts=F("attempts") + 1, error=""
        ):
            return False
        batch = Batch.objects.select_related("requested_by").get(pk=batch_id)
        work(batch, Path(batch.file.path), now=now)
        return True
    finally:
        sql.run("imports/unlock_batch", lock=LOCK, batch=batch_id)


def work(batch: Batch, path: Path, *, now: dt.datetime) -> Outcome | None:
    """Load the file of a claimed batch and write the outcome to its row; None when the file as a whole is refused."""
    request = Request(
        dry_run=batch.dry_run,
        strict=batch.strict,
        branches=_branches(batch.requested_by, now),
        user=batch.requested_by_id,
    )
    try:
        return loading.load(
            loading.loader_for(batch.kind),
            path,
            request,
            progress=lambda read: _beat(batch, read),
            finish=lambda outcome, rejections: _keep(batch, outcome, rejections),
        )
    except (OperationalError, InterfaceError):
        raise  # the server went away: the sweeper sends the batch again
    except Refusal as refusal:
        _fail(batch, str(refusal))
    except DatabaseError as error:
        _fail(batch, _("数据库拒绝了这一批，什么也没有写入：%(error)s") % {"error": str(error).split("\n")[0]})
    except FileNotFoundError:
        _fail(batch, _("文件已不在服务器上，请重新上传。"))
    return None


def _branches(user: User | None, now: dt.datetime) -> list[int] | None:
    if user is None:
        return None
    scope = import_string(settings.SCOPE_RESOLVER)(user, on=local_day(now))
    return None if scope.everything else sorted(scope.branches)


def _beat(batch: Batch, read: int) -> None:
    Batch.objects.filter(pk=batch.pk).update(lines_read=read, heartbeat_at=Now())


def _fail(batch: Batch, reason: str) -> None:
    Batch.objects.filter(pk=batch.pk).update(status=BatchStatus.FAILED, error=reason, finished_at=Now())


def _keep(batch: Batch, outcome: Outcome, rejections: Rejections) -> None:
    """Record the outcome; runs in the transaction that writes the rows."""
    batch.rejected_rows.all().delete()
    rows = (RejectedRow(batch=batch, line=line, values=v, reasons=reasons) for line, v, reasons in rejections)
    RejectedRow.objects.bulk_create(rows, batch_size=5000)
    columns = _columns(batch, outcome)
    Batch.objects.filter(pk=batch.pk).update(**columns)
    if columns["status"] == BatchStatus.DONE:
        for task in settings.IMPORT_FOLLOWERS:
            jobs.send_on_commit(task)


def _columns(batch: Batch, outcome: Outcome) -> dict[str, Any]:
    held_back = batch.strict and outcome.rejected and not batch.dry_run
    status = BatchStatus.PREVIEWED if batch.dry_run else BatchStatus.FAILED if held_back else BatchStatus.DONE
    return {
        "status": status,
        "error": _("有 %(count)s 行被拒收，按“有错全不导入”没有写入。") % {"count": outcome.rejected}
        if held_back
        else "",
        "lines_read": outcome.read,
        "new_count": outcome.counts.new,
        "changed_count": outcome.counts.changed,
        "same_count": outcome.counts.same,
        "rejected_count": outcome.rejected,
        "header": [title for title in outcome.header if title],
        "samples": outcome.samples or batch.samples,
        "finished_at": Now(),
    }


def sweep(*, now: dt.datetime) -> int:
    """Send again what no worker answers for: lost messages and killed workers. Returns how many."""
    lost = Q(status=BatchStatus.UPLOADED, requested_at__lt=now - RESEND_AFTER)
    dead = Q(status=BatchStatus.RUNNING) & (Q(heartbeat_at=None) | Q(heartbeat_at__lt=now - STALE_AFTER))
    stuck = Batch.objects.filter(lost | dead)
    # A long merge gives no sign of life, but its worker holds the lock: that one is neither lost nor dead.
    idle = stuck.filter(pk__in=_idle(stuck))
    abandoned = idle.filter(Q(attempts__gte=MAX_ATTEMPTS) | Q(file=""))
    abandoned.update(status=BatchStatus.FAILED, error=_("处理中断，没有写入任何数据。"), finished_at=now)
    waiting = list(idle.filter(attempts__lt=MAX_ATTEMPTS).exclude(file="").values_list("pk", flat=True))
    for pk in waiting:
        jobs.send_on_commit(TASK, batch_id=pk)
    return len(waiting)


def _idle(batches: Iterable[Batch]) -> list[int]:
    """Those nobody works on: their lock is free."""
    idle = []
    for batch in batches:
        if sql.value("imports/lock_batch", lock=LOCK, batch=batch.pk):
            sql.run("imports/unlock_batch", lock=LOCK, batch=batch.pk)
            idle.append(batch.pk)
    return idle
