"""A table that is shown, as a file."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404

from core import spreadsheets


def sent(name: str, kind: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """The rows as .xlsx or .csv; text that looks like a formula stays text. Any other kind is not there."""
    if kind not in ("xlsx", "csv"):
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{kind}"
        with spreadsheets.writer(path, header) as writer:
            for row in rows:
                writer.row(row)
        # The open file outlives its name.
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{name}.{kind}")
