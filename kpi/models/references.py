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

_ITEMS_ONCE = """
IF EXISTS (SELECT 1 FROM new_rows
           WHERE (SELECT count(*) <> count(DISTINCT code) FROM unnest(new_rows.items))) THEN
    RAISE EXCEPTION 'kpi_item_twice' USING ERRCODE = 'unique_violation';
END IF;
RETURN NULL;
"""


def known_run_guards() -> list[pgtrigger.Trigger]:
    """Refuse scores of a run that isn't there or is of another month, and of a branch that isn't there."""
    return _guards("known_run", _RUN_AND_BRANCH)


def items_once_guards() -> list[pgtrigger.Trigger]:
    """Refuse a score with an item twice. That none lacks its code, status or weight is kept by their type."""
    return _guards("items_once", _ITEMS_ONCE)


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
