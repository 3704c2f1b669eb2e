"""Triggers that keep a closed month as it was, whatever path a change comes by."""

import pgtrigger

# The name of the message is read by the application to explain the refusal.
CLOSED = "kpi_month_closed"

_REFUSE = """
IF EXISTS (SELECT 1 FROM {rows} touched JOIN kpi_branchmonth closed
           ON closed.state = 'closed' AND closed.month = touched.month AND closed.branch_id = {branch}) THEN
    RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation';
END IF;
"""


def closed_month_guards(branch: str = "touched.branch_id") -> list[pgtrigger.Trigger]:
    """Refuse any change of rows of a closed month. `branch` is SQL for the branch of a row named `touched`.

    Statement triggers: a run writes thousands of rows at once, and asking once for each cost more than the sums.
    """

    def check(rows: str) -> str:
        return _REFUSE.format(rows=rows, branch=branch, message=CLOSED)

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
    """Refuse any change of the run that a closed month shows: it says by which scheme and up to when it was scored."""
    return pgtrigger.Trigger(
        name="closed_month_run",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF EXISTS (SELECT 1 FROM kpi_branchmonth WHERE state = 'closed' AND current_run_id = OLD.id) THEN
            RAISE EXCEPTION '{CLOSED}' USING ERRCODE = 'check_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
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
