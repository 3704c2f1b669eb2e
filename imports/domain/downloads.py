"""Files that a person takes home. They are made whole on disk first: a broken download shows as broken."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from accounts.models import AccessLog, User
from core.periods import Month
from imports.domain import exporting
from imports.domain import rejects as rejected
from imports.domain.loading import Loader, loader_for
from imports.models import Batch

# What is written within half a minute; the request would not outlive much more.
MOST_ROWS = {"xlsx": 200_000, "csv": 1_000_000}


def _made(ending: str, make: Callable[[Path], object]) -> BinaryIO:
    """The file that `make` writes, open for reading and already without a name on disk."""
    with tempfile.TemporaryDirectory(prefix="gm-") as folder:
        path = Path(folder) / f"file.{ending}"
        make(path)
        return path.open("rb")


def template(loader: Loader, ending: str) -> BinaryIO:
    return _made(ending, lambda path: exporting.template(loader, path))


def rejects(batch: Batch) -> BinaryIO:
    rows: Iterator[rejected.Rejected] = batch.rejected_rows.values_list("line", "values", "reasons").iterator()
    return _made("xlsx", lambda path: rejected.write(path, loader_for(batch.kind).columns, batch.header, rows))


def export(loader: Loader, ending: str, *, user: User, month: Month | None) -> BinaryIO:
    """The rows of a kind, of the person's own branch if they belong to one; who took them is logged."""
    branch, most = user.branch_code or None, MOST_ROWS[ending]
    file = _made(ending, lambda path: exporting.export(loader, path, branch=branch, month=month, most=most))
    AccessLog.objects.create(user=user, action="export", subject=f"{loader.kind} {month or ''}".strip())
    return file
