-- Asks for a run, or finds the one that waits for the same already, and holds it: it can't begin before what this
-- transaction brings is there to be read.
INSERT INTO kpi_run (month, branch_id, cause, status, requested_by_id, requested_at, step, steps_done, steps_total,
                     grid_count, person_count, error, attempts)
VALUES (%(first)s, %(branch)s, %(cause)s, 'requested', %(by)s, %(now)s, '', 0, 0, 0, 0, '', 0)
ON CONFLICT (month, branch_id) WHERE status = 'requested' DO UPDATE SET status = kpi_run.status
RETURNING *;
