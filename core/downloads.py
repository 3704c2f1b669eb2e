"""A table that is shown, as a file."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404

from core import spreadsheets


@dataclass(frozen=True, slots=True)
class Table:
    """What goes into the file; the name carries no ending."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]


def sent(table: Table, kind: str) -> FileResponse:
    """The table as .xlsx or .csv; text that looks like a formula stays text. Any other kind is not there."""
    if kind not in ("xlsx", "csv"):
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{kind}"
        with spreadsheets.writer(path, table.header) as writer:
            for row in table.rows:
                writer.row(row)
        # The open file outlives its name.
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{table.name}.{kind}")
