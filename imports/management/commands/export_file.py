"""Export a kind of data in the columns that import takes."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import sql
from core.periods import Month
from core.refusals import Refusal
from imports.domain.exporting import export
from imports.domain.loading import loader_for


class Command(BaseCommand):
    help = "Write a .csv or .xlsx that import_file takes back as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", metavar="KIND", help="households, acceptances, targets, …")
        parser.add_argument("path", metavar="PATH", type=Path, help="ends in .csv or .xlsx")
        parser.add_argument("--branch", metavar="CODE", help="only rows of this branch")
        parser.add_argument("--month", metavar="2026-10", help="only rows that matter in this month")
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")

    def handle(self, *, kind: str, path: Path, **options: Any) -> None:
        try:
            month = Month.parse(options["month"]) if options["month"] else None
            if options["branch"] and not sql.value("imports/find_branch", code=options["branch"]):
                raise CommandError(f"没有编码为 {options['branch']} 的分公司。")
            rows = export(loader_for(kind), path, branch=options["branch"], month=month)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        if options["json"]:
            self.stdout.write(json.dumps({"kind": kind, "file": str(path), "rows": rows}, ensure_ascii=False))
        else:
            self.stdout.write(f"{rows} rows → {path}")
