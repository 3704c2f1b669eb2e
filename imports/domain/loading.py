"""The shape of a loader: what every kind of file shares. It knows no kind itself."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import spreadsheets, sql
from core.formats import listed
from core.refusals import Refusal
from core.spreadsheets import Cell, Sheet
from imports.domain import staging
from imports.domain.columns import Column
from imports.domain.staging import Counts, Merge, Reason

MERGE_LOCK = 0x696D706F7274
BLOCK = 20_000  # rows between two signs of life

Values = dict[str, Any]


class WrongColumns(Refusal):
    """The header does not fit the kind of file."""


class UnknownKind(Refusal):
    """No loader reads this kind of file."""


REASONS: dict[str, str | Promise] = {
    "unknown": gettext_lazy("%(first)s %(second)s 不存在"),
    "repeated": gettext_lazy("与第 %(first)s 行重复"),
    "foreign": gettext_lazy("%(first)s 不在您的管理范围内"),
}


class Loader:
    """One kind of file. A subclass names its columns, its key and how its rows enter the table.

    Statements of a kind: `<app>/sql/resolve_<kind>.sql` turns staged rows into rows of the table (and names `line`),
    `check_<kind>.sql`, if `has_checks`, adds to `staged_reason` what only the database can tell,
    `export_<kind>.sql` lists the table in the columns of the file.
    """

    app: ClassVar[str]
    kind: ClassVar[str]
    label: ClassVar[str | Promise]
    columns: ClassVar[Sequence[Column]]
    key: ClassVar[Sequence[str]]
    merge: ClassVar[Merge]
    derived: ClassVar[Sequence[str]] = ()
    reasons: ClassVar[Mapping[str, str | Promise]] = {}
    has_checks: ClassVar[bool] = False
    # Refusing one line can make another clash, so the check is asked again until it is content.
    checks_again: ClassVar[bool] = False
    needs_deferred: ClassVar[bool] = False
    # What rows that change nothing still tell once confirmed, in the user's words; empty where they tell nothing.
    tells_same: ClassVar[str | Promise] = ""

    def check(self, values: Values) -> Iterator[str]:
        """Reasons that several cells of one row give together; only called for rows whose cells are all good."""
        return iter(())

    def derive(self, values: Values) -> Sequence[str | None]:
        """What is worked out of a row, in the order of `derived`."""
        return ()

    def before_checks(self) -> None:
        """Whatever the checks need to know of all staged rows; works on the staging table only, also for a preview."""

    def before_write(self) -> None:
        """Runs in the transaction of the rows, when the refused ones are gone; not for a preview."""

    def after_write(self) -> None:
        """Runs in the transaction of the rows; not for a preview."""

    def clean(self, row: Mapping[str, Cell]) -> tuple[Values, list[str]]:
        """The values of a row, and the reasons why it can't be taken, in the user's words."""
        values: Values = {}
        reasons: list[str] = []
        for column in self.columns:
            try:
                value = column.parse.read(row.get(column.key))
            except Refusal as refusal:
                reasons.append(_("%(column)s：%(reason)s") % {"column": column.header, "reason": refusal})
                value = None
            else:
                if value is None and column.required:
                    reasons.append(_("%(column)s没有填") % {"column": column.header})
            values[column.key] = value
        if not reasons:
            reasons.extend(self.check(values))
        return values, reasons

    def words(self, code: str, first: str | None, second: str | None) -> str:
        """A reason of the database in the user's words."""
        if not code:
            return first or ""
        return str({**REASONS, **self.reasons}[code]) % {"first": first, "second": second}

    def statement(self, verb: str) -> str:
        return f"{self.app}/{verb}_{self.kind}"


def loader_for(kind: str) -> Loader:
    """The loader of a kind of file; raises UnknownKind."""
    if kind not in settings.IMPORT_LOADERS:
        known = listed(settings.IMPORT_LOADERS)
        raise UnknownKind(
            _("没有“%(kind)s”这种文件。可以用：%(known)s。") % {"kind": kind, "known": known}, field="kind"
        )
    loader: Loader = import_string(settings.IMPORT_LOADERS[kind])()
    return loader


def positions(loader: Loader, header: Sequence[str]) -> dict[str, int]:
    """Where each column of the loader stands in a header, by Chinese name or English key. Raises WrongColumns."""
    names = {name: c.key for c in loader.columns for name in (c.header, c.key)}
    found: dict[str, int] = {}
    for place, title in enumerate(header):
        key = names.get(title) or names.get(title.lower())
        if key in found:
            raise WrongColumns(_("“%(title)s”这一列出现了两次。") % {"title": title})
        if key:
            found[key] = place
    missing = [c.header for c in loader.columns if c.required and c.key not in found]
    if missing:
        raise WrongColumns(
            _("缺少列：%(missing)s。“%(kind)s”的文件要有这些列，次序不限。")
            % {"missing": listed(missing), "kind": loader.label}
        )
    return found


def guess_kind(header: Sequence[str], kinds: Iterable[str]) -> str | None:
    """The kind whose columns a header fits best, if one does."""
    fitting: dict[str, int] = {}
    for kind in kinds:
        try:
            fitting[kind] = len(positions(loader_for(kind), header))
        except WrongColumns:
            continue
    return max(fitting, key=lambda kind: fitting[kind]) if fitting else None


@dataclass(slots=True)
class Outcome:
    """What became of a file. `rejected` counts lines, `read` all lines with something in them."""

    header: list[str] = field(default_factory=list)
    read: int = 0
    counts: Counts = Counts(0, 0, 0)
    rejected: int = 0
    samples: list[dict[str, Any]] = field(default_factory=list)
    written: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """How a file is to be loaded. `branches`: ids of the branches whose rows may be touched, None for all."""

    dry_run: bool = False
    strict: bool = False
    branches: Sequence[int] | None = None
    user: int | None = None

    @property
    def params(self) -> dict[str, Any]:
        return {"branches": None if self.branches is None else list(self.branches), "user": self.user}


def _nothing(*args: Any) -> None:
    return None


def load(
    loader: Loader,
    path: Path,
    request: Request,
    *,
    progress: Callable[[int], None] = _nothing,
    finish: Callable[[Outcome, "Rejections"], None] = _nothing,
) -> Outcome:
    """Read, check and write a file. Raises a Refusal when it is no such file; then nothing is written.

    `progress` hears the number of lines read so far; `finish` runs inside the transaction that writes the rows,
    so that what it records stands or falls with them.
    """
    sheet = spreadsheets.read(path)
    places = positions(loader, sheet.header)
    staging.open_tables(loader.columns, loader.derived)
    try:
        outcome = Outcome(header=sheet.header, read=_stage(loader, sheet, places, progress))
        with transaction.atomic():
            sql.run("imports/serialize_merge", lock=MERGE_LOCK)
            _keep_ends(loader, request, places)
            _check(loader, request)
            outcome.rejected = staging.drop_refused()
            _write(loader, request, places, outcome)
            finish(outcome, Rejections(loader, path))
    finally:
        if not transaction.get_connection().needs_rollback:
            staging.close_tables()
    return outcome


def _stage(loader: Loader, sheet: Sheet, places: Mapping[str, int], progress: Callable[[int], None]) -> int:
    names = [*(column.key for column in loader.columns), *loader.derived]
    read = 0
    while block := list(islice(sheet.rows, BLOCK)):
        refused: list[Reason] = []
        # Cleaned before the COPY begins: a loader may ask the database something, and a COPY leaves no room for it.
        cleaned = list(_cleaned(loader, block, places, len(sheet.header), refused))
        staging.fill(names, cleaned)
        if refused:
            staging.refuse(refused)
        read += len(block)
        progress(read)
    staging.analyze()
    return read


def _cleaned(
    loader: Loader,
    block: Sequence[tuple[int, list[Cell]]],
    places: Mapping[str, int],
    width: int,
    refused: list[Reason],
) -> Iterator[list[Any]]:
    keys = [column.key for column in loader.columns]
    for line, cells in block:
        row = {key: cells[place] for key, place in places.items() if place < len(cells)}
        values, reasons = loader.clean(row)
        if any(cell not in (None, "") for cell in cells[width:]):
            reasons.append(_("这一行比表头多出几格"))
        refused.extend(Reason(line, "", reason) for reason in reasons)
        yield [
            line,
            *(values[key] for key in keys),
            *(("",) * len(loader.derived) if reasons else loader.derive(values)),
        ]


def _keep_ends(loader: Loader, request: Request, places: Mapping[str, int]) -> None:
    """A missing column keeps what the database holds, and the end of a period is a column like any other."""
    if "valid_to" not in places and any(column.key == "valid_to" for column in loader.columns):
        staging.keep_ends(loader.merge, loader.statement("resolve"), **request.params)


def _check(loader: Loader, request: Request) -> None:
    loader.before_checks()
    staging.refuse_unknown(loader.columns)
    staging.refuse_repeated(loader.key)
    if not loader.has_checks:
        return
    found = sql.run(loader.statement("check"), **request.params)
    while loader.checks_again and found:
        staging.drop_refused()
        found = sql.run(loader.statement("check"), **request.params)


def merge_of(loader: Loader, places: Mapping[str, int]) -> Merge:
    """The loader's merge without the columns that the file doesn't have: those keep what the database holds."""
    absent = {fed for c in loader.columns if c.key not in places for fed in c.feeds}
    compared = [name for name in loader.merge.compared if name not in absent]
    left = [name for name in loader.merge.compared if name in absent]
    return loader.merge._replace(compared=compared, inserted=[*loader.merge.inserted, *left])


def _write(loader: Loader, request: Request, places: Mapping[str, int], outcome: Outcome) -> None:
    merge, source = merge_of(loader, places), loader.statement("resolve")
    holds_back = request.dry_run or (request.strict and outcome.rejected)
    if holds_back:
        outcome.counts = staging.preview(merge, source, **request.params)
        outcome.samples = [
            {"line": line, "is_new": is_new, "values": json.loads(row)}
            for line, is_new, row in staging.samples(merge, source, **request.params)
        ]
        return
    if loader.needs_deferred:
        sql.run("imports/defer_constraints")
    loader.before_write()
    outcome.counts = staging.apply(merge, source, **request.params)
    loader.after_write()
    if loader.needs_deferred:
        sql.run("imports/check_constraints")
    outcome.written = True


class Rejections:
    """The lines that were not taken, with what the file held in them; read anew from the file, never held whole."""

    def __init__(self, loader: Loader, path: Path) -> None:
        self._loader = loader
        self._path = path

    def __iter__(self) -> Iterator[tuple[int, dict[str, str], list[str]]]:
        """(line, header → text, reasons) by line."""
        grouped = _grouped(staging.refused())
        line, reasons = next(grouped, (0, []))
        if not reasons:
            return
        sheet = spreadsheets.read(self._path)
        for at, cells in sheet.rows:
            if at != line:
                continue
            texts = {title: spreadsheets.plain(cell) for title, cell in zip(sheet.header, cells, strict=False) if title}
            yield line, texts, [self._loader.words(*reason) for reason in reasons]
            line, reasons = next(grouped, (0, []))
            if not reasons:
                return


def _grouped(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, list[tuple[str, str | None, str | None]]]]:
    """Consecutive rows of one line as one."""
    line = 0
    reasons: list[tuple[str, str | None, str | None]] = []
    for at, *reason in rows:
        if at != line and reasons:
            yield line, reasons
            reasons = []
        line = at
        reasons.append((reason[0], reason[1], reason[2]))
    if reasons:
        yield line, reasons
