"""Every table of the assessment against raw SQL: what a closed month shows is what it showed when it was closed."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from kpi.choices import AppealOutcome
from kpi.domain import appeals
from kpi.models import BranchMonth, MeetingSnapshot, RatingDraft, SchemeReceipt, TargetPlan
from tests.factories.acceptance import AcceptanceFactory
from tests.factories.accounts import UserFactory
from tests.factories.customers import HouseholdFactory
from tests.factories.grids import GridCommunityFactory, GridFactory
from tests.factories.kpi import NOW, OCTOBER, DecisionFactory, RunFactory
from tests.factories.months import appeal_on, corrected, published, ready_grid

# What the result of a closed month is made of, and may therefore not change in it.
RESULT = [
    "kpi_score",
    "kpi_target",
    "kpi_rating",
    "kpi_appeal",
    "kpi_targetplan",
    "kpi_targetchange",
]
# Refused, each with the change tried; of a table that is empty for the month there is nothing to try.
REFUSED = {
    "kpi_score": [
        "UPDATE kpi_score SET total = 100",
        "DELETE FROM kpi_score",
        "INSERT INTO kpi_score (run_id, month, branch_id, grid_id, days, total, rank_in_branch, is_provisional)"
        " SELECT run_id, month, branch_id, {empty_grid}, 31, 100, 1, false FROM kpi_score WHERE grid_id = {grid}"
        " AND run_id = {run}",
        "UPDATE kpi_score SET run_id = {old_run} WHERE run_id = {run}",
        "UPDATE kpi_score SET branch_id = branch_id + 0, month = month",  # to another month: test_closed_months
        "UPDATE kpi_score SET items = '{{}}'",
        "UPDATE kpi_score SET items[1].score = 100",
        "INSERT INTO kpi_score SELECT * FROM kpi_score WHERE run_id = {run}"
        " ON CONFLICT ON CONSTRAINT score_once DO UPDATE SET items = '{{}}'",
        "WITH gone AS (DELETE FROM kpi_score RETURNING *) SELECT count(*) FROM gone",
        "MERGE INTO kpi_score USING kpi_grids one ON kpi_score.grid_id = one.id WHEN MATCHED THEN DELETE",
    ],
    "kpi_target": [
        "UPDATE kpi_target SET value = 1, change_reason = '更正'",
        "DELETE FROM kpi_target",
        "INSERT INTO kpi_target (month, grid_id, code, value, is_exempt, reason, change_reason)"
        " VALUES ('2026-10-01', {grid}, 'Z', 1, false, '', '更正')",
    ],
    "kpi_rating": [
        "UPDATE kpi_rating SET score = 100",
        "DELETE FROM kpi_rating",
        "INSERT INTO kpi_rating (month, manager_id, item, score, comment, rated_at)"
        " VALUES ('2026-10-01', {manager}, 'training', 100, '', now())",
    ],
    "kpi_branchmonth": [
        "UPDATE kpi_branchmonth SET state = 'trial'",
        "UPDATE kpi_branchmonth SET current_run_id = {old_run}",
        "UPDATE kpi_branchmonth SET appeals_until = NULL, revision = 9",
        "DELETE FROM kpi_branchmonth",
    ],
    "kpi_run": [
        "UPDATE kpi_run SET scheme_id = NULL WHERE id = {run}",
        "UPDATE kpi_run SET cause = 'correction' WHERE id = {run}",
        "UPDATE kpi_run SET cause = 'correction' WHERE id = {old_run}",
        "UPDATE kpi_run SET cause = 'manual' WHERE id = {correction_run}",
        "UPDATE kpi_run SET watermark_at = now() WHERE id = {correction_run}",
        "DELETE FROM kpi_run WHERE id = {run}",
        "DELETE FROM kpi_run WHERE id = {correction_run}",
    ],
    "kpi_scheme": ["UPDATE kpi_scheme SET business_total = 60", "DELETE FROM kpi_scheme WHERE id = {scheme}"],
    "kpi_indicator": [
        "UPDATE kpi_indicator SET weight = weight + 1 WHERE scheme_id = {scheme}",
        "DELETE FROM kpi_indicator WHERE scheme_id = {scheme}",
        "UPDATE kpi_indicator SET scheme_id = (SELECT max(id) + 1 FROM kpi_scheme) WHERE scheme_id = {scheme}",
    ],
    "kpi_appeal": [
        "UPDATE kpi_appeal SET outcome = 'rejected'",
        "UPDATE kpi_appeal SET text = 'x'",
        "DELETE FROM kpi_appeal",
        "INSERT INTO kpi_appeal (branch_id, month, run_id, grid_id, code, text, filed_at, filed_by_id, outcome, answer)"
        " SELECT branch_id, month, run_id, grid_id, 'B', text, filed_at, filed_by_id, '', '' FROM kpi_appeal",
    ],
    "kpi_correction": [
        "UPDATE kpi_correction SET reason = 'x'",
        "DELETE FROM kpi_correction",
        "INSERT INTO kpi_correction (branch_id, month, number, run_id, booked_month, reason, signed_at, signed_by_id)"
        " SELECT branch_id, month, 2, {old_run}, booked_month, reason, signed_at, signed_by_id FROM kpi_correction",
    ],
    "kpi_adjustment": [
        "UPDATE kpi_adjustment SET difference = 9",
        "DELETE FROM kpi_adjustment",
        "INSERT INTO kpi_adjustment (correction_id, month, branch_id, grid_id, difference)"
        " SELECT correction_id, '2026-10-01', branch_id, {empty_grid}, 9 FROM kpi_adjustment LIMIT 1",
    ],
    "kpi_targetplan": [
        "UPDATE kpi_targetplan SET frozen_at = now()",
        "DELETE FROM kpi_targetplan",
    ],
    "kpi_targetchange": [
        "UPDATE kpi_targetchange SET reason = 'x'",
        "DELETE FROM kpi_targetchange",
        "INSERT INTO kpi_targetchange (month, grid_id, code, old_exempt, new_exempt, reason, at)"
        " SELECT month, grid_id, code, false, true, 'x', at FROM kpi_targetchange LIMIT 1",
    ],
    "kpi_meetingsnapshot": ["UPDATE kpi_meetingsnapshot SET number = 7", "DELETE FROM kpi_meetingsnapshot"],
}
# No part of a closed result: what may happen to these changes nothing that a closed month shows.
FREE = {
    "kpi_balance": "worked out from the lines, dropped and carried again when they change",
    "kpi_tally": "worked out from the acceptances, like the balances",
    "kpi_loss": "worked out from the lines, like the balances",
    "kpi_touchedgrid": "a note of what the next recompute has to look at",
    "kpi_drift": "what the nightly check found",
    "kpi_itemscore": "a view of the scores, which nobody can write through",
    "kpi_sumcheck": "what the check of the kept sums found",
    "kpi_replay": "a draft tried on months that are over, which writes nothing else",
    "kpi_companypack": "a file made of the scores, made again when asked for",
    "kpi_decision": "carried out long after its month was closed",
    "kpi_ratingdraft": "never counts before it becomes a rating, and that is refused",
    "kpi_schemereceipt": "who has read a scheme",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> dict[str, int]:
    """A closed October with a row in every table, corrected once; the ids that the statements name."""
    grid = ready_grid(code="G1")
    empty = GridFactory(branch=grid.branch, period=(dt.date(2026, 12, 1), None))
    HouseholdFactory(community=GridCommunityFactory(grid=grid).community)
    user = UserFactory()
    manager = grid.postings.get().manager
    TargetPlan.objects.create(branch=grid.branch, month=OCTOBER.first, frozen_at=NOW, frozen_by=user)
    published(grid)
    appeal = appeal_on(grid)
    appeals.answer(appeal=appeal, outcome=AppealOutcome.REJECTED, words="已核对", by=user, now=NOW)
    old_run = RunFactory(branch=grid.branch, status="done")
    shown = close_it(grid)
    DecisionFactory(branch=grid.branch)
    MeetingSnapshot.objects.create(
        branch=grid.branch, month=OCTOBER.first, number=1, run_id=shown.current_run_id, taken_at=NOW, figures={}
    )
    RatingDraft.objects.create(
        month=OCTOBER.first, manager=manager, item="training", rater=user, score=50, saved_at=NOW
    )
    SchemeReceipt.objects.create(scheme=shown.current_run.scheme, branch=grid.branch, read_at=NOW, read_by=user)
    AcceptanceFactory(grid=grid)
    correction = corrected(grid)
    with connection.cursor() as cursor:  # a deferred key must not be the reason of a refusal
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("CREATE TEMP VIEW kpi_grids AS SELECT id FROM grids_grid")
    return {
        "grid": grid.pk,
        "empty_grid": empty.pk,
        "branch": grid.branch_id,
        "manager": manager.pk,
        "run": shown.current_run_id,
        "old_run": old_run.pk,
        "correction_run": correction.run_id,
        "scheme": shown.current_run.scheme_id,
    }


def close_it(grid) -> BranchMonth:
    month = BranchMonth.objects.get(branch=grid.branch, month=OCTOBER.first)
    month.state = "closed"
    month.save()
    return month


def attempt(statement: str) -> str:
    """What the database said; empty when it took the statement."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as refusal:
        return str(refusal)
    return ""


def fingerprint(ids: dict[str, int]) -> list[tuple[object, ...]]:
    """Every row of the closed month's result, and the month itself with its run."""
    with connection.cursor() as cursor:
        found: list[tuple[object, ...]] = []
        for table in RESULT:
            cursor.execute(f"SELECT '{table}', t::text FROM {table} t WHERE month = '2026-10-01' ORDER BY 2")
            found += cursor.fetchall()
        cursor.execute(
            "SELECT m::text, r::text FROM kpi_branchmonth m JOIN kpi_run r ON r.id = m.current_run_id"
            " WHERE m.month = '2026-10-01' AND m.branch_id = %s",
            [ids["branch"]],
        )
        return found + cursor.fetchall()


def test_every_table_of_the_assessment_is_looked_at():
    tables = {model._meta.db_table for model in apps.get_app_config("kpi").get_models()}
    assert tables == set(REFUSED) | set(FREE)


@pytest.mark.parametrize("table", sorted(REFUSED))
def test_closed_month_refuses_raw_changes(at, table):
    before = fingerprint(at)
    statements = [statement.format(**at) for statement in REFUSED[table]]
    taken = [statement for statement in statements if not attempt(statement)]
    assert taken == []
    assert "closed" in attempt(f"TRUNCATE {table} CASCADE")
    assert fingerprint(at) == before


@pytest.mark.parametrize("table", sorted(REFUSED))
def test_refusals_are_those_of_the_guards(at, table):
    """Not a typing error in the statement, a missing column or a key of another table."""
    said = {statement: attempt(statement.format(**at)) for statement in REFUSED[table]}
    guards = (
        "kpi_month_closed",
        "kpi_scheme_used",
        "kpi_not_a_correction",
        "kpi_targets_frozen",
        "kpi_appeal_answered",
        "pgtrigger: Cannot",
    )
    others = {statement: words for statement, words in said.items() if not any(guard in words for guard in guards)}
    assert others == {}


@pytest.mark.parametrize("table", sorted(FREE))
def test_working_tables_change_nothing_of_a_closed_month(at, table):
    before = fingerprint(at)
    attempt(f"DELETE FROM {table}")
    attempt(f"TRUNCATE {table} CASCADE")
    assert fingerprint(at) == before
