"""What of scores is checked once a statement: asking for each of a run's thousand rows took as long as the sums."""

import pgtrigger

_UNKNOWN = "RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';"

# Locked as a foreign key would, so that the run can't go while its scores come.
_RUN_AND_BRANCH = f"""
PERFORM 1 FROM kpi_run WHERE id IN (SELECT run_id FROM new_rows) FOR KEY SHARE;
IF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month FROM new_rows) written
           WHERE NOT EXISTS (SELECT 1 FROM kpi_run WHERE id = written.run_id AND month = written.month)) THEN
    {_UNKNOWN}
END IF;
IF EXISTS (SELECT 1 FROM new_rows WHERE branch_id NOT IN (SELECT id FROM grids_branch)) THEN
    {_UNKNOWN}
END IF;
RETURN NULL;
"""

_WHOLE = """
IF EXISTS (SELECT 1 FROM new_rows, unnest(new_rows.items) item
           GROUP BY new_rows.id, item.code
           HAVING count(*) > 1 OR item.code IS NULL
               OR bool_or(item.status IS NULL OR item.weight IS NULL OR item.weighted IS NULL)) THEN
    RAISE EXCEPTION 'kpi_items_not_whole' USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


def known_run_guards() -> list[pgtrigger.Trigger]:
    """Refuse scores of a run that isn't there or is of another month, and of a branch that isn't there."""
    return _guards("known_run", _RUN_AND_BRANCH)


def whole_items_guards() -> list[pgtrigger.Trigger]:
    """Refuse a score with an item twice, or with one that lacks its code, status or weight."""
    return _guards("whole_items", _WHOLE)


def _guards(name: str, check: str) -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Trigger(
            name=f"{name}_{when}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(new="new_rows"),
            func=check,
        )
        for when, operation in (("insert", pgtrigger.Insert), ("update", pgtrigger.Update))
    ]


def keeps_its_scores() -> pgtrigger.Trigger:
    """Refuse to delete a run that still has scores."""
    return pgtrigger.Trigger(
        name="keeps_its_scores",
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        func="""
        IF EXISTS (SELECT 1 FROM kpi_score WHERE run_id = OLD.id) THEN
            RAISE EXCEPTION 'kpi_run_has_scores' USING ERRCODE = 'foreign_key_violation';
        END IF;
        RETURN OLD;
        """,
    )
