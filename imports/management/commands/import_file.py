"""Import a file of any kind: the same loader as the page."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.refusals import Refusal
from imports.choices import BatchStatus
from imports.domain import batches, rejects
from imports.domain.loading import loader_for
from imports.models import Batch


class Command(BaseCommand):
    help = "Import a .csv or .xlsx: rows are new, changed, same or rejected, with the reasons."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", metavar="KIND", help="households, acceptances, targets, …")
        parser.add_argument("path", metavar="PATH", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--strict", action="store_true", help="write nothing if a single row is rejected")
        parser.add_argument("--reject-to", metavar="PATH", type=Path, help="write rejected rows with 错误说明")
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")

    def handle(self, *, kind: str, path: Path, **options: Any) -> None:
        try:
            loader = loader_for(kind)
            batch = self._claim(kind, path, options)
            outcome = batches.work(batch, path, now=timezone.now())
            batch.refresh_from_db()
            if options["reject_to"]:
                rows = batch.rejected_rows.values_list("line", "values", "reasons").iterator()
                rejects.write(options["reject_to"], loader.columns, batch.header, rows)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        self._report(batch, as_json=options["json"])
        if outcome is None or batch.status == BatchStatus.FAILED:
            raise CommandError(batch.error)

    def _claim(self, kind: str, path: Path, options: dict[str, Any]) -> Batch:
        with path.open("rb") as file:
            sha256 = batches.fingerprint(file)
        # Without a kept file: a command that was killed is run again by whoever ran it, not by the sweeper.
        return Batch.objects.create(
            kind=kind,
            filename=path.name[-200:],
            sha256=sha256,
            status=BatchStatus.RUNNING,
            dry_run=options["dry_run"],
            strict=options["strict"],
            started_at=timezone.now(),
            heartbeat_at=timezone.now(),
        )

    def _report(self, batch: Batch, *, as_json: bool) -> None:
        counts = {name: getattr(batch, f"{name}_count") for name in ("new", "changed", "same", "rejected")}
        rejected = batch.rejected_rows.values("line", "values", "reasons")
        if as_json:
            written = batch.status == BatchStatus.DONE
            head = {"kind": batch.kind, "file": batch.filename, "read": batch.lines_read, **counts}
            tail = {"dry_run": batch.dry_run, "written": written, "error": batch.error or None}
            document = head | tail | {"rejected_rows": list(rejected)}
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        self.stdout.write("  ".join(f"{name} {count}" for name, count in counts.items()))
        for row in rejected[:20]:
            self.stdout.write(f"  line {row['line']}: {';'.join(row['reasons'])}")
        if counts["rejected"] > 20:
            self.stdout.write(f"  … {counts['rejected'] - 20} more; --reject-to PATH writes all")
