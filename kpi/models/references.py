"""Keys of scores that are checked once a statement: asking for each of a run's eight thousand rows took as long as the
sums themselves. An item's branch, grid and person are those of its subject's score."""

import pgtrigger

_UNKNOWN = "RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';"

_RUN = f"""
IF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month FROM new_rows) written
           WHERE NOT EXISTS (SELECT 1 FROM kpi_run WHERE id = written.run_id AND month = written.month)) THEN
    {_UNKNOWN}
END IF;
"""

# Locked as a foreign key would, so that the run can't go while its scores come.
_RUN_AND_BRANCH = f"""
PERFORM 1 FROM kpi_run WHERE id IN (SELECT run_id FROM new_rows) FOR KEY SHARE;
{_RUN}
IF EXISTS (SELECT 1 FROM new_rows WHERE branch_id NOT IN (SELECT id FROM grids_branch)) THEN
    {_UNKNOWN}
END IF;
"""


def known_run_guards(*, with_branch: bool) -> list[pgtrigger.Trigger]:
    """Refuse scores of a run that isn't there or is of another month, and of a branch that isn't there."""
    return [
        pgtrigger.Trigger(
            name=f"known_run_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=f"{_RUN_AND_BRANCH if with_branch else _RUN}RETURN NULL;",
        )
        for name, operation in (("insert", pgtrigger.Insert), ("update", pgtrigger.Update))
    ]


def keeps_its_scores() -> pgtrigger.Trigger:
    """Refuse to delete a run that still has scores."""
    return pgtrigger.Trigger(
        name="keeps_its_scores",
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        func="""
        IF EXISTS (SELECT 1 FROM kpi_score WHERE run_id = OLD.id)
           OR EXISTS (SELECT 1 FROM kpi_itemscore WHERE run_id = OLD.id) THEN
            RAISE EXCEPTION 'kpi_run_has_scores' USING ERRCODE = 'foreign_key_violation';
        END IF;
        RETURN OLD;
        """,
    )
