"""Workers, databases and brokers killed with kill -9 at every point of a recompute: the scores are those of before or
those of after, at every moment, and in the end those of after."""

from __future__ import annotations

import os
import random
import signal
import time

import psycopg2
import pytest
import redis

from tests.kills.conftest import Eye, Place

LATER = 61  # seconds after which a run nobody works on is sent again
KILLED = int(signal.SIGKILL)


def _finish(place: Place, run: int, after: str) -> None:
    """What the sweeper and the next worker do about a run left lying, until it shows."""
    assert place.workers.do("finish", run=run, later=LATER) == ["done", "", place.sheets]
    assert place.eye.now() == after


def _only_whole(eye: Eye, before: str, after: str) -> None:
    assert eye.seen in ([before], [before, after]), f"something else was shown in {eye.looks} looks"


def test_worker_killed_at_every_statement_of_a_recompute(place: Place) -> None:
    run, _before, _after = place.tell()
    statements = place.workers.do("compute", run=run)
    assert statements >= 20
    for at in range(1, statements + 1):
        run, before, after = place.tell()
        with place.eye as eye:
            ended = place.workers.attempt("compute", {"kill": "worker", "at": at}, run=run)
            assert ended.signal == KILLED, f"no kill at statement {at}: {ended}"
            assert eye.now() in (before, after)
            _finish(place, run, after)
        _only_whole(eye, before, after)


def test_worker_killed_at_every_statement_of_scoring_late_orders(place: Place) -> None:
    """There is no row to resume: what is not done yet is found by the marks that are still there."""
    run, _before, _after = place.tell()
    place.workers.do("compute", run=run)
    late, shown, statements = place.late, {place.late: place.eye.now()}, 0
    for orders in (not late, late):
        place.workers.do("late_orders", late=orders)
        statements = place.workers.do("rescore")
        assert shown.setdefault(orders, place.eye.now()) == place.eye.now()
    assert shown[True] != shown[False]
    assert statements >= 15  # many go to the server in one piece
    for at in range(1, statements + 1):
        before, late = shown[late], not late
        place.workers.do("late_orders", late=late)
        with place.eye as eye:
            ended = place.workers.attempt("rescore", {"kill": "worker", "at": at})
            assert ended.signal == KILLED, f"no kill at statement {at}: {ended}"
            place.workers.do("rescore")
            assert eye.now() == shown[late]
        _only_whole(eye, before, shown[late])
    place.workers.do("late_orders", late=place.late)


def test_worker_killed_at_random_moments(place: Place) -> None:
    run, _before, _after = place.tell()
    began = time.monotonic()
    place.workers.do("compute", run=run)
    length, kills, chance = time.monotonic() - began, 0, random.Random(7)
    while kills < 20:
        run, before, after = place.tell()
        with place.eye as eye:
            plan = {"kill": "worker", "after": chance.uniform(0, length)}
            began = time.monotonic()
            if place.workers.attempt("compute", plan, run=run).signal == KILLED:
                kills += 1
            else:  # it ended before its hour, and tells how long one takes: a slow first one must not make all miss
                length = min(length, time.monotonic() - began)
            _finish(place, run, after)
        _only_whole(eye, before, after)


def test_worker_killed_again_and_again_is_done_at_last(place: Place) -> None:
    run, before, after = place.tell()
    statements = place.workers.do("compute", run=run)
    run, before, after = place.tell()
    with place.eye as eye:
        for attempt, share in enumerate((0.2, 0.5, 0.4, 0.6)):
            plan = {"kill": "worker", "at": round(statements * share)}
            assert place.workers.attempt("compute", plan, run=run, later=LATER * attempt).signal == KILLED
        assert place.workers.do("finish", run=run, later=LATER * 4) == ["done", "", place.sheets]
        assert eye.now() == after
    _only_whole(eye, before, after)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.6, 0.75, 0.85, 0.95, 1])
def test_database_killed_in_a_recompute(place: Place, share: float) -> None:
    run, _before, _after = place.tell()
    statements = place.workers.do("compute", run=run)
    run, before, after = place.tell()
    with place.eye as eye:
        plan = {"kill": "database", "at": max(1, round(statements * share))}
        ended = place.workers.attempt("compute", plan, run=run)
        assert ended.error.startswith(("OperationalError", "InterfaceError"))
        with pytest.raises(psycopg2.OperationalError):
            eye.now()
        place.revive()
        assert eye.now() in (before, after)
        _finish(place, run, after)
    _only_whole(eye, before, after)


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_connection_of_a_recompute_killed(place: Place, share: float) -> None:
    """The server then throws out everybody and recovers by itself."""
    run, _before, _after = place.tell()
    statements = place.workers.do("compute", run=run)
    run, before, after = place.tell()
    with place.eye as eye:
        plan = {"kill": "backend", "at": round(statements * share)}
        place.workers.attempt("compute", plan, run=run)
        _wait_for_server(eye)
        _finish(place, run, after)
    _only_whole(eye, before, after)


def _wait_for_server(eye: Eye) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            eye.now()
            return
        except psycopg2.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_broker_killed_loses_no_request(place: Place) -> None:
    for _kill in range(3):
        with redis.Redis.from_url(place.state.redis_url) as broker:
            os.kill(int(broker.info("server")["process_id"]), signal.SIGKILL)
        run, before, after = place.tell()
        assert place.workers.do("state", run=run)[0] == "requested"
        place.revive()
        with redis.Redis.from_url(place.state.redis_url) as broker:
            broker.flushdb()
            assert place.workers.do("sweep", later=LATER) == [run]
            assert broker.llen("jobs:celery") == 1
        assert place.eye.now() == before
        place.workers.do("compute", run=run, later=LATER)
        assert place.eye.now() == after
