"""What of scores is checked once a statement: asking for each of a run's thousand rows took as long as the sums."""

import pgtrigger

_UNKNOWN = "RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';"

# Locked as a foreign key would, so that the run can't go while its scores come. One row stands for all grids and
# people: who deletes one changes it (`kpi_keep_subjects`), and so waits for the scores, or has them start anew.
_KNOWN = f"""
PERFORM 1 FROM kpi_run WHERE id IN (SELECT run_id FROM new_rows) FOR KEY SHARE;
PERFORM 1 FROM kpi_subjects FOR SHARE;
IF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month, branch_id FROM new_rows) written
           WHERE NOT EXISTS (SELECT 1 FROM kpi_run WHERE id = written.run_id AND month = written.month)
              OR NOT EXISTS (SELECT 1 FROM grids_branch WHERE id = written.branch_id)) THEN
    {_UNKNOWN}
END IF;
IF EXISTS (SELECT 1 FROM new_rows
           LEFT JOIN grids_grid grid ON grid.id = new_rows.grid_id
           LEFT JOIN managers_manager manager ON manager.id = new_rows.manager_id
           WHERE (new_rows.grid_id IS NOT NULL AND grid.id IS NULL)
              OR (new_rows.manager_id IS NOT NULL AND manager.id IS NULL)) THEN
    {_UNKNOWN}
END IF;
RETURN NULL;
"""

# Items in the order of their codes hold none twice, which takes a glance; the others are counted.
_GLANCED = 12
_IN_ORDER = "".join(
    f"\n              AND coalesce((items[{n}]).code < (items[{n + 1}]).code, cardinality(items) <= {n})"
    for n in range(1, _GLANCED)
)
_ITEMS_ONCE = f"""
IF EXISTS (SELECT 1 FROM new_rows
           WHERE NOT (cardinality(items) <= {_GLANCED}{_IN_ORDER})
             AND (SELECT count(*) <> count(DISTINCT code) FROM unnest(items))) THEN
    RAISE EXCEPTION 'kpi_item_twice' USING ERRCODE = 'unique_violation';
END IF;
RETURN NULL;
"""


def known_run_guards() -> list[pgtrigger.Trigger]:
    """Refuse scores of a run that isn't there or is of another month, and of a branch, grid or person not there."""
    return _guards("known_run", _KNOWN)


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
