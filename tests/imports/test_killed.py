"""A worker that is killed leaves nothing half done, and the batch is finished by the next one."""

import os
import signal
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from grids.models import Branch
from imports.choices import BatchStatus
from imports.domain import batches
from tests.factories.accounts import ItAdminFactory
from tests.waiting import KILLABLE, until_the_killed_has_gone

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 40_000
WORKER = """
import django; django.setup()
from django.utils import timezone
from imports.domain import batches
print("ready", flush=True)
batches.run({pk}, now=timezone.now())
"""


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"default": backend}


def kill_worker(pk: int, after: float, folder: Path) -> None:
    host = connection.settings_dict
    address = (
        f"postgresql://{host['USER']}:{host['PASSWORD']}@{host['HOST'] or 'localhost'}:{host['PORT']}/{host['NAME']}"
    )
    setting = f"from tests.settings import *\nSTORAGES['default']['OPTIONS']['location'] = {str(folder)!r}\n"
    (folder / "killed_settings.py").write_text(setting)
    environment = (
        os.environ
        | KILLABLE
        | {
            "DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "killed_settings",
            "PYTHONPATH": f"{folder}:{django_settings.BASE_DIR}",
        }
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER.format(pk=pk)],
        env=environment,
        stdout=subprocess.PIPE,
        cwd=django_settings.BASE_DIR,
    )
    assert worker.stdout.readline() == b"ready\n"
    time.sleep(after)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    until_the_killed_has_gone()


def test_killed_import_is_done_once_in_the_end(tmp_path):
    text = "code,name\n" + "".join(f"B{n},分公司{n}\n" for n in range(ROWS))
    by = ItAdminFactory()
    batch = batches.receive(kind="branches", file=BytesIO(text.encode()), filename="a.csv", by=by)
    batches.run(batch.pk, now=timezone.now())
    batches.confirm(batch=batch)

    for after in (0.2, 0.6, 1.0):
        kill_worker(batch.pk, after, tmp_path)
        assert Branch.objects.count() in (0, ROWS)
        batch.refresh_from_db()
        assert (batch.status == BatchStatus.DONE) == (Branch.objects.count() == ROWS)

    batches.run(batch.pk, now=timezone.now())
    batch.refresh_from_db()
    assert (batch.status, batch.new_count, Branch.objects.count()) == (BatchStatus.DONE, ROWS, ROWS)
