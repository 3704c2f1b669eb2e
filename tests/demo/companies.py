"""Small demo companies that are gone after the test."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from django.core.management import call_command
from django.db import transaction

from core.periods import SHANGHAI

NOW = dt.datetime(2026, 11, 22, 15, tzinfo=SHANGHAI)


@contextmanager
def company(**options: object) -> Iterator[None]:
    with transaction.atomic():
        call_command("demo", now=NOW, json=True, stdout=StringIO(), **options)
        yield
        transaction.set_rollback(True)
