"""A replay in the background: asked once, told how far, kept with its draft and no longer."""

import datetime as dt
import os
import signal
import subprocess
import sys
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from kpi.choices import RunStatus
from kpi.domain import drafts, replay_jobs
from kpi.domain.replay import as_json, from_json, replay
from kpi.models import Indicator, Replay, Scheme
from tests.factories.accounts import UserFactory
from tests.factories.grids import BranchFactory
from tests.factories.kpi import NOW, OCTOBER, recomputed
from tests.factories.schemes import draft, issued, rows_of
from tests.kpi.test_replay import SHIFTED, grid_with

committed = pytest.mark.django_db(transaction=True, serialized_rollback=True)
LATER = NOW + dt.timedelta(seconds=61)

WORKER = """
import datetime, sys, django
django.setup()
from kpi.domain import replay, replay_jobs
from core import sql
said = []
run = sql.rows_planned_once
def slow(names, *rest, **params):
    if "kpi/score_members" in names:
        print("scoring", flush=True)
        sys.stdin.readline()
    return run(names, *rest, **params)
sql.rows_planned_once = slow
replay_jobs.run(int(sys.argv[1]), now=datetime.datetime.fromisoformat(sys.argv[2]))
"""


def asked(scheme: Scheme, *, branch=None, again=False, months=(OCTOBER,)) -> Replay:
    return replay_jobs.request(scheme=scheme, branch=branch, months=months, again=again, by=UserFactory(), now=NOW)


def done(scheme: Scheme, **more) -> Replay:
    row = asked(scheme, **more)
    replay_jobs.run(row.pk, now=NOW)
    row.refresh_from_db()
    return row


def save(scheme: Scheme, **changed) -> None:
    drafts.save_whole(
        scheme=Scheme.objects.get(pk=scheme.pk),
        seen=Scheme.objects.get(pk=scheme.pk).revision,
        head=drafts.head_of(scheme),
        indicators=rows_of(scheme, **changed),
        by=UserFactory(),
        now=NOW,
    )


@pytest.fixture
def pair():
    branch = BranchFactory()
    found = grid_with(branch, ftth=10, threeg=5), grid_with(branch, ftth=4, threeg=10)
    recomputed()
    return found


@pytest.fixture
def scheme(pair) -> Scheme:
    return draft(**SHIFTED)


# The job ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_result_is_that_of_a_replay(scheme):
    row = done(scheme)
    assert (row.status, row.steps_done, row.steps_total, row.attempts) == (RunStatus.DONE, 6, 6, 1)
    assert from_json(row.result) == replay(scheme_id=scheme.pk, months=[OCTOBER])


@pytest.mark.django_db
def test_result_comes_back_from_json_as_it_was(scheme):
    found = replay(scheme_id=scheme.pk, months=[OCTOBER])
    assert from_json(as_json(found)) == found


@pytest.mark.django_db
def test_pressing_twice_and_a_second_person_ask_once(scheme, pair):
    first = asked(scheme)
    assert asked(scheme) == first
    replay_jobs.run(first.pk, now=NOW)
    assert asked(scheme) == first
    assert asked(scheme, branch=pair[0].branch) != first
    assert Replay.objects.count() == 2


@pytest.mark.django_db
def test_done_is_done_anew_only_when_asked_again(scheme):
    first = done(scheme)
    again = asked(scheme, again=True)
    assert (again.pk != first.pk, again.status, again.result) == (True, RunStatus.REQUESTED, None)
    assert asked(scheme, again=True) == again  # waiting already


@pytest.mark.django_db
def test_other_months_are_another_question(scheme):
    first = done(scheme)
    assert asked(scheme, months=(OCTOBER, OCTOBER.shift(-1))).pk != first.pk


@pytest.mark.django_db
def test_running_twice_changes_nothing(scheme):
    row = done(scheme)
    assert replay_jobs.run(row.pk, now=LATER) is False
    assert replay_jobs.run(row.pk + 1, now=LATER) is False


@pytest.mark.django_db
def test_database_keeps_no_result_without_its_end(scheme):
    row = done(scheme)
    for wrong in ({"status": "running"}, {"result": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Replay.objects.filter(pk=row.pk).update(**wrong)


# The draft ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_result_goes_with_its_draft(scheme):
    done(scheme)
    drafts.delete(scheme_id=scheme.pk)
    assert not Replay.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["saved", "saved as it was", "by other hands", "issued"])
def test_result_of_a_draft_that_says_something_else_now_is_swept_away(scheme, how):
    done(scheme)
    if how == "saved":
        save(scheme, A={"cap": 120})
    elif how == "saved as it was":
        save(scheme, **SHIFTED)
    elif how == "by other hands":
        Indicator.objects.filter(scheme=scheme, code="A").update(cap=120)
    else:
        issued(scheme)
    replay_jobs.sweep(now=LATER)
    assert Replay.objects.exists() is (how == "issued")  # what an issued scheme says is what was tried


@pytest.mark.django_db
def test_old_result_is_swept_away(scheme):
    done(scheme)
    replay_jobs.sweep(now=NOW + dt.timedelta(days=8))
    assert not Replay.objects.exists()


@committed
def test_draft_that_changes_meanwhile_leaves_no_result():
    grid_with(BranchFactory(), ftth=10, threeg=5)
    recomputed()
    scheme = draft(**SHIFTED)
    row = asked(scheme)
    with a_worker(row) as worker:
        save(scheme, A={"cap": 120})
        let_finish(worker)
    row.refresh_from_db()
    assert (row.status, row.result) == (RunStatus.FAILED, None)
    assert row.error == "试跑的时候草案改过了，结果没有留；请再试跑一次。"
    assert done(Scheme.objects.get(pk=scheme.pk)).status == RunStatus.DONE


@committed
def test_draft_that_is_deleted_meanwhile_leaves_nothing():
    grid_with(BranchFactory(), ftth=10, threeg=5)
    recomputed()
    scheme = draft(**SHIFTED)
    with a_worker(asked(scheme)) as worker:
        drafts.delete(scheme_id=scheme.pk)
        let_finish(worker)
    assert worker.returncode == 0
    assert not Replay.objects.exists()


# Death --------------------------------------------------------------------------------------------


@committed
def test_killed_worker_is_found_out_and_the_next_one_finishes():
    grid_with(BranchFactory(), ftth=10, threeg=5)
    recomputed()
    row = asked(draft(**SHIFTED))
    with a_worker(row) as worker:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    row.refresh_from_db()
    assert (row.status, row.result) == (RunStatus.RUNNING, None)
    assert replay_jobs.sweep(now=NOW + dt.timedelta(seconds=20)) == []
    assert replay_jobs.sweep(now=LATER) == [row.pk]
    assert replay_jobs.run(row.pk, now=LATER) is True
    row.refresh_from_db()
    assert (row.status, row.attempts) == (RunStatus.DONE, 2)


@pytest.mark.django_db
def test_replay_that_keeps_dying_is_given_up(scheme):
    row = asked(scheme)
    Replay.objects.update(status=RunStatus.RUNNING, attempts=5, heartbeat_at=NOW)
    assert replay_jobs.sweep(now=LATER) == []
    row.refresh_from_db()
    assert (row.status, row.error) == (RunStatus.FAILED, "中断多次，已放弃；请重新发起。")
    assert asked(scheme).pk != row.pk


@committed
def test_two_workers_on_one_replay_do_it_once():
    grid_with(BranchFactory(), ftth=10, threeg=5)
    recomputed()
    row = asked(draft(**SHIFTED))
    answers: list[bool] = []

    def work() -> None:
        try:
            answers.append(replay_jobs.run(row.pk, now=NOW))
        finally:
            connection.close()

    workers = [Thread(target=work) for _both in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(answers) == [False, True]


class a_worker:
    """A worker of its own that stops in the middle of the first month until it is let go."""

    def __init__(self, row: Replay) -> None:
        self.row = row

    def __enter__(self) -> subprocess.Popen[bytes]:
        settings = connection.settings_dict
        place = f"{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
        environment = os.environ | {
            "DATABASE_URL": f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{place}",
            "DJANGO_SETTINGS_MODULE": "gridmarketing.settings",
        }
        self.worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(self.row.pk), NOW.isoformat()],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self.worker.stdout and self.worker.stdout.readline() == b"scoring\n"
        return self.worker

    def __exit__(self, *_error: object) -> None:
        assert self.worker.stdin and self.worker.stdout
        self.worker.stdin.close()
        self.worker.wait(timeout=60)
        self.worker.stdout.close()


def let_finish(worker: subprocess.Popen[bytes]) -> None:
    """Both scorings of the month wait for a line each."""
    assert worker.stdin
    worker.stdin.write(b"\n\n")
    worker.stdin.flush()
    worker.wait(timeout=60)


# The page -----------------------------------------------------------------------------------------


@pytest.fixture
def company(client):
    client.force_login(UserFactory())
    return client


def page(client, scheme: Scheme, **headers) -> str:
    answer = client.get(reverse("kpi:scheme_replay", args=[scheme.pk]), headers=headers)
    return answer.headers.get("HX-Refresh", "") or answer.content.decode()


def press(client, scheme: Scheme, **sent):
    return client.post(reverse("kpi:scheme_replay_start", args=[scheme.pk]), sent)


@pytest.mark.django_db
def test_page_offers_tells_and_shows(company, scheme):
    assert "拿 2026年10月 试一遍？" in page(company, scheme)
    assert press(company, scheme).status_code == 302
    row = Replay.objects.get()
    Replay.objects.update(status=RunStatus.RUNNING, steps_done=3, steps_total=22, heartbeat_at=dt.datetime.now(dt.UTC))
    assert "正在计算，第 3 步，共 22 步" in page(company, scheme)
    assert page(company, scheme, **{"hx-request": "true"}).startswith(f'\n<div class="job" id="job-{row.pk}"')
    Replay.objects.update(status=RunStatus.REQUESTED)
    replay_jobs.run(row.pk, now=NOW)
    assert page(company, scheme, **{"hx-request": "true"}) == "true"
    assert "个网格名次变，共 2 个" in page(company, scheme)


@pytest.mark.django_db
def test_page_says_when_no_worker_is_there(company, scheme):
    press(company, scheme)
    assert "排队中" in page(company, scheme)
    Replay.objects.update(requested_at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=2))
    text = page(company, scheme)
    assert "还没有后台进程接手" in text
    assert "请求已经记下，进程一起来就会算，不必再按。" in text


@pytest.mark.django_db
def test_page_of_a_changed_draft_offers_to_try_it(company, scheme):
    done(scheme)
    save(scheme, A={"cap": 120})
    assert "拿 2026年10月 试一遍？" in page(company, scheme)


@pytest.mark.django_db
def test_page_says_what_went_wrong_and_lets_try_again(company, scheme):
    asked(scheme)
    Replay.objects.update(status=RunStatus.FAILED, error="磁盘满了")
    text = page(company, scheme)
    assert "磁盘满了" in text
    assert "试一遍？" in text
    press(company, scheme)
    assert Replay.objects.get().status == RunStatus.REQUESTED


@pytest.mark.django_db
def test_one_branch_is_asked_for_by_its_code(company, scheme, pair):
    branch = pair[0].branch
    assert press(company, scheme, branch=branch.code)["Location"].endswith(f"?branch={branch.code}")
    assert Replay.objects.get().branch == branch
    assert press(company, scheme, branch="nowhere").status_code == 404


@pytest.mark.django_db
def test_nothing_to_try_asks_for_nothing(company):
    scheme = draft()
    press(company, scheme)
    assert not Replay.objects.exists()
    assert "还没有可以试跑的月份" in page(company, scheme)
