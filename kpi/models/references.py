"""What of scores is checked once a statement: asking for each of a run's thousand rows took as long as the sums."""

import pgtrigger

_UNKNOWN = "RAISE EXCEPTION 'kpi_score_unknown_run' USING ERRCODE = 'foreign_key_violation';"

# Locked as a foreign key would, so that the run can't go while its scores come. One row stands for all grids and
# people: who deletes one changes it (`kpi_keep_subjects`), and so waits for the scores, or has them start anew.
# Each key is looked up in its index, so that a late record's five rows don't read all grids and people.
_KNOWN = f"""
PERFORM 1 FROM kpi_run WHERE id = ANY(ARRAY(SELECT DISTINCT run_id FROM {{rows}} written)) FOR KEY SHARE;
PERFORM 1 FROM kpi_subjects FOR SHARE;
IF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id, month, branch_id FROM {{rows}} of_rows) written
           WHERE (SELECT month FROM kpi_run WHERE id = written.run_id) IS DISTINCT FROM written.month
              OR (SELECT true FROM grids_branch WHERE id = written.branch_id) IS NULL) THEN
    {_UNKNOWN}
END IF;
IF EXISTS (SELECT 1 FROM {{rows}} written
           WHERE (grid_id IS NOT NULL AND (SELECT true FROM grids_grid WHERE id = written.grid_id) IS NULL)
              OR (manager_id IS NOT NULL
                  AND (SELECT true FROM managers_manager WHERE id = written.manager_id) IS NULL)) THEN
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
IF EXISTS (SELECT 1 FROM {{rows}} written
           WHERE NOT (cardinality(items) <= {_GLANCED}{_IN_ORDER})
             AND (SELECT count(*) <> count(DISTINCT code) FROM unnest(items))) THEN
    RAISE EXCEPTION 'kpi_item_twice' USING ERRCODE = 'unique_violation';
END IF;
RETURN NULL;
"""


def known_run_guards() -> list[pgtrigger.Trigger]:
    """Refuse scores of a run that isn't there or is of another month, and of a branch, grid or person not there."""
    return _guards("known_run", _KNOWN, "run_id", "month", "branch_id", "grid_id", "manager_id")


def items_once_guards() -> list[pgtrigger.Trigger]:
    """Refuse a score with an item twice. That none lacks its code, status or weight is kept by their type."""
    return _guards("items_once", _ITEMS_ONCE, "items")


def _guards(name: str, check: str, *columns: str) -> list[pgtrigger.Trigger]:
    """Of a change, only that of these columns is asked, row by row: ranks follow each late record, and touch none."""
    inserted = pgtrigger.Trigger(
        name=f"{name}_insert",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        func=check.format(rows="new_rows"),
    )
    changed = pgtrigger.Trigger(
        name=f"{name}_update",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf(*columns),
        func=check.format(rows="(SELECT NEW.*)"),
    )
    return [inserted, changed]


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
