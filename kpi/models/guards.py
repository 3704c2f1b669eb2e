"""Triggers that keep a closed month as it was, whatever path a change comes by."""

import pgtrigger

# The names of the messages are read by the application to explain the refusal.
CLOSED = "kpi_month_closed"
FROZEN = "kpi_targets_frozen"

_REFUSE = """
IF EXISTS (SELECT 1 FROM {rows} touched JOIN kpi_branchmonth closed
           ON closed.state = 'closed' AND closed.month = touched.month AND closed.branch_id = {branch}{spared}) THEN
    RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation';
END IF;
"""

# Who writes while somebody closes the month waits for the other, and then sees whether it is closed.
_HOLD = """
PERFORM 1 FROM kpi_branchmonth held
WHERE (held.month, held.branch_id) IN (SELECT touched.month, {branch} FROM {rows} touched)
ORDER BY held.id FOR SHARE;
"""

# A correction of a closed month is a generation of its own beside the closed one, until somebody signs it.
NOT_A_CORRECTION = """
           AND NOT EXISTS (SELECT 1 FROM kpi_run run
                           WHERE run.id = touched.run_id AND run.cause = 'correction'
                             AND NOT EXISTS (SELECT 1 FROM kpi_correction signed WHERE signed.run_id = run.id))"""


def closed_month_guards(
    branch: str = "touched.branch_id", *, spared: str = "", holds: bool = False
) -> list[pgtrigger.Trigger]:
    """Refuse any change of rows of a closed month. `branch` is SQL for the branch of a row named `touched`,
    `spared` a condition that leaves rows out; `holds` keeps the months open until the change is committed.

    Statement triggers: a run writes thousands of rows at once, and asking once for each cost more than the sums.
    """

    def check(rows: str) -> str:
        hold = _HOLD.format(rows=rows, branch=branch) if holds else ""
        return hold + _REFUSE.format(rows=rows, branch=branch, spared=spared, message=CLOSED)

    def trigger(name: str, operation: pgtrigger.Operation, **tables: str) -> pgtrigger.Trigger:
        return pgtrigger.Trigger(
            name=f"closed_month_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(**tables),
            func="".join(check(table) for table in tables.values()) + "RETURN NULL;",
        )

    return [
        trigger("insert", pgtrigger.Insert, new="new_rows"),
        trigger("update", pgtrigger.Update, old="old_rows", new="new_rows"),
        trigger("delete", pgtrigger.Delete, old="old_rows"),
        no_truncate_guard(),
    ]


def no_truncate_guard() -> pgtrigger.Trigger:
    """Refuse to empty the table once any month is closed: TRUNCATE asks no trigger about its rows."""
    return pgtrigger.Trigger(
        name="closed_month_truncate",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=f"""
        IF EXISTS (SELECT 1 FROM kpi_branchmonth WHERE state = 'closed') THEN
            RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
        """,
    )


def shown_run_guard() -> pgtrigger.Trigger:
    """Refuse any change of a run that a closed month or its correction shows: it says by which scheme and up to when
    it was scored."""
    return pgtrigger.Trigger(
        name="closed_month_run",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF EXISTS (SELECT 1 FROM kpi_branchmonth WHERE state = 'closed' AND current_run_id = OLD.id)
           OR EXISTS (SELECT 1 FROM kpi_correction WHERE run_id = OLD.id) THEN
            RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'check_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
        """,
    )


def run_nature_guard() -> pgtrigger.Trigger:
    """Keep a run what it was asked for as: only the rows of a correction may be written beside a closed month, so no
    other run may become one, nor move to another month or branch."""
    return pgtrigger.Trigger(
        name="nature_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
        IF 'correction' IN (OLD.cause, NEW.cause)
           AND (OLD.cause, OLD.month, OLD.branch_id) IS DISTINCT FROM (NEW.cause, NEW.month, NEW.branch_id) THEN
            RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
        """,
    )


def signs_its_own_run() -> pgtrigger.Trigger:
    """Refuse a correction that isn't of a closed month, or whose run wasn't made as one of it."""
    return pgtrigger.Trigger(
        name="signs_its_own_run",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="""
        IF NOT EXISTS (SELECT 1 FROM kpi_run WHERE id = NEW.run_id AND cause = 'correction' AND status = 'done'
                       AND branch_id = NEW.branch_id AND month = NEW.month)
           OR NOT EXISTS (SELECT 1 FROM kpi_branchmonth WHERE branch_id = NEW.branch_id AND month = NEW.month
                          AND state = 'closed') THEN
            RAISE EXCEPTION 'kpi_not_a_correction' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
        """,
    )


def used_scheme_guard(scheme: str) -> pgtrigger.Trigger:
    """Refuse any change of a scheme that a closed month was scored by; `scheme` is SQL for its id."""
    used = """
    IF EXISTS (SELECT 1 FROM kpi_branchmonth m JOIN kpi_run r ON r.id = m.current_run_id
               WHERE m.state = 'closed' AND r.scheme_id = {id}) THEN
        RAISE EXCEPTION 'kpi_scheme_used' USING ERRCODE = 'check_violation';
    END IF;
    """
    return pgtrigger.Trigger(
        name="used_scheme",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF TG_OP <> 'INSERT' THEN {used.format(id=scheme.format(row="OLD"))} END IF;
        IF TG_OP <> 'DELETE' THEN {used.format(id=scheme.format(row="NEW"))} RETURN NEW; END IF;
        RETURN OLD;
        """,
    )


def target_history() -> list[pgtrigger.Trigger]:
    """Write each change of a target to its history, and refuse one without a reason once the month's are frozen."""
    changed = """
    (OLD.value, OLD.is_exempt) IS DISTINCT FROM (NEW.value, NEW.is_exempt)
    """
    subject = "coalesce(NEW.{0}, OLD.{0})"
    return [
        pgtrigger.Trigger(
            name="frozen",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            func=f"""
            IF {changed} AND (TG_OP = 'DELETE' OR NEW.change_reason = '') AND EXISTS (
                SELECT 1 FROM kpi_targetplan plan JOIN grids_grid grid ON grid.branch_id = plan.branch_id
                WHERE plan.month = {subject.format("month")} AND grid.id = {subject.format("grid_id")}) THEN
                RAISE EXCEPTION '{FROZEN}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN coalesce(NEW, OLD);
            """,
        ),
        pgtrigger.Trigger(
            name="write_history",
            when=pgtrigger.After,
            operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            func=f"""
            IF {changed} THEN
                INSERT INTO kpi_targetchange
                    (month, grid_id, code, old_value, new_value, old_exempt, new_exempt, reason, at, by_id)
                VALUES ({subject.format("month")}, {subject.format("grid_id")}, {subject.format("code")},
                        OLD.value, NEW.value, coalesce(OLD.is_exempt, false), coalesce(NEW.is_exempt, false),
                        coalesce(NEW.change_reason, ''), now(), NEW.changed_by_id);
            END IF;
            RETURN NULL;
            """,
        ),
    ]
