"""The way out: the same columns as the way in."""

from pathlib import Path

from django.utils.translation import gettext as _

from core import sql
from core.formats import number
from core.periods import Month
from core.refusals import Refusal
from core.spreadsheets import XlsxWriter, writer
from imports.domain.loading import Loader


class TooLong(Refusal):
    """More rows than may be taken out at once."""


def export(
    loader: Loader, path: Path, *, branch: str | None = None, month: Month | None = None, most: int | None = None
) -> int:
    """Write the rows of a kind to a .csv or .xlsx, streaming; returns how many. Import takes the file back as it is.

    `branch` is a branch code; `month` narrows dated kinds to the rows that matter in that month.
    Raises TooLong at more than `most` rows.
    """
    writes = [column.parse.write for column in loader.columns]
    count = 0
    with writer(path, [column.header for column in loader.columns]) as out:
        rows = sql.stream(
            loader.statement("export"),
            branch=branch,
            start=month and month.first,
            end=month and month.next_first,
        )
        for row in rows:
            if count == most:
                raise TooLong(
                    _("超过 %(most)s 行，网页上不能一次导出。请选一个月份，或请系统管理员用命令导出。")
                    % {"most": number(most)}
                )
            out.row(value if value is None else write(value) for write, value in zip(writes, row, strict=True))
            count += 1
    return count


def template(loader: Loader, path: Path) -> None:
    """An empty file of a kind, with drop-downs for fixed words in .xlsx."""
    with writer(path, [column.header for column in loader.columns]) as out:
        if isinstance(out, XlsxWriter):
            for place, column in enumerate(loader.columns):
                if column.parse.words:
                    out.offer(place, column.parse.words)
