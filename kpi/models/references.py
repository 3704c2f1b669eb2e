"""Keys of scores that are checked once a statement: asking for each of a run's eight thousand rows took as long as the
sums themselves."""

import pgtrigger

_KNOWN = """
PERFORM 1 FROM kpi_run WHERE id IN (SELECT run_id FROM new_rows) FOR KEY SHARE;
IF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month, branch_id FROM new_rows) written
           LEFT JOIN kpi_run run ON run.id = written.run_id AND run.month = written.month
           LEFT JOIN grids_branch branch ON branch.id = written.branch_id
           WHERE run.id IS NULL OR branch.id IS NULL) THEN
    RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';
END IF;
RETURN NULL;
"""


def known_run_guards() -> list[pgtrigger.Trigger]:
    """Refuse scores of a run that isn't there or is of another month, and of a branch that isn't there."""
    return [
        pgtrigger.Trigger(
            name=f"known_run_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=_KNOWN,
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
