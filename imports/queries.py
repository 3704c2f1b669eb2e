"""What the pages of imports show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from core.spreadsheets import plain
from imports.choices import BatchStatus
from imports.domain import batches
from imports.domain.columns import Column
from imports.domain.loading import Loader, UnknownKind, loader_for
from imports.domain.rejects import REMARK
from imports.models import Batch, RejectedRow

PAGE = 30
REJECTS_SHOWN = 50

CHIPS = {
    BatchStatus.UPLOADED: "sent",
    BatchStatus.RUNNING: "work",
    BatchStatus.PREVIEWED: "info",
    BatchStatus.DONE: "good",
    BatchStatus.FAILED: "bad",
    BatchStatus.DISCARDED: "off",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A batch as a page shows it. Samples and rejects are rows of text below `headers` and `titles`."""

    batch: Batch
    label: str
    chip: str
    is_running: bool
    earlier: Batch | None
    headers: list[str]
    samples: list[tuple[int, bool, list[str]]]
    titles: list[str]
    rejects: list[tuple[int, list[str], list[str]]]
    tells_same: str

    @property
    def is_waiting(self) -> bool:
        return self.batch.status == BatchStatus.PREVIEWED

    @property
    def is_failed(self) -> bool:
        return self.batch.status == BatchStatus.FAILED

    @property
    def to_write(self) -> int:
        return self.batch.new_count + self.batch.changed_count

    @property
    def only_tells(self) -> str:
        """What the file is worth confirming for although it writes no row."""
        return self.tells_same if self.batch.same_count and not self.to_write else ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of batches, newest first; `after` is the key of the next page."""

    rows: list[tuple[Batch, str, str]]
    waiting: int
    after: int | None


@dataclass(frozen=True, slots=True)
class SheetOf:
    """A kind of file, described: its columns, the required ones marked."""

    kind: str
    label: str
    columns: list[tuple[str, bool]]


def label_of(kind: str) -> str:
    """The Chinese name of a kind; the kind itself if no loader reads it any more."""
    try:
        return str(loader_for(kind).label)
    except UnknownKind:
        return kind


def page(found: "QuerySet[Batch]", *, kind: str, status: str, before: int | None) -> Page:
    """Batches of a kind and status, older than a given one."""
    waiting = found.filter(status=BatchStatus.PREVIEWED).count()
    if kind:
        found = found.filter(kind=kind)
    if status:
        found = found.filter(status=status)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.select_related("requested_by").defer("samples").order_by("-pk")[: PAGE + 1])
    shown = [(row, label_of(row.kind), CHIPS[BatchStatus(row.status)]) for row in rows[:PAGE]]
    return Page(shown, waiting, rows[PAGE - 1].pk if len(rows) > PAGE else None)


def sheets(kinds: Iterable[str]) -> list[SheetOf]:
    """The kinds of file with their columns, for the page that takes them."""
    loaders = [loader_for(kind) for kind in kinds]
    return [SheetOf(x.kind, str(x.label), [(c.header, c.required) for c in x.columns]) for x in loaders]


def show(batch: Batch) -> Shown:
    """A batch with samples of what it would do and the first rejected rows."""
    loader = loader_for(batch.kind)
    rejects = list(batch.rejected_rows.all()[:REJECTS_SHOWN])
    titles = [title for title in batch.header if title != REMARK]
    return Shown(
        batch=batch,
        label=str(loader.label),
        chip=CHIPS[BatchStatus(batch.status)],
        is_running=batch.status in (BatchStatus.UPLOADED, BatchStatus.RUNNING),
        earlier=batches.earlier(batch),
        headers=[column.header for column in loader.columns],
        samples=[_sample(loader, sample) for sample in batch.samples],
        titles=titles,
        rejects=[_reject(row, titles) for row in rejects],
        tells_same=str(loader.tells_same),
    )


def _sample(loader: Loader, sample: dict[str, Any]) -> tuple[int, bool, list[str]]:
    values = sample["values"]
    return sample["line"], sample["is_new"], [_word(column, values.get(column.key)) for column in loader.columns]


def _word(column: Column, value: Any) -> str:
    """A value as the file would write it; a choice by its label, not by the code the database keeps."""
    return plain(column.parse.write(value) if column.parse.words and value is not None else value)


def _reject(row: RejectedRow, titles: list[str]) -> tuple[int, list[str], list[str]]:
    return row.line, [row.values.get(title, "") for title in titles], row.reasons
