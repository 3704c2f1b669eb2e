-- One row in the list of runs for all late records of a generation: since when, up to when, how many.
WITH counted AS (
    SELECT (SELECT count(*) FROM kpi_grid WHERE branch_id = ANY(%(branches)s) AND grid_id = ANY(%(grids)s)) AS grids,
           (SELECT count(DISTINCT manager_id) FROM kpi_service WHERE branch_id = ANY(%(branches)s)) AS people,
           %(now)s + (clock_timestamp() - now()) AS finished
), added AS (
    UPDATE kpi_run note
    SET grid_count = note.grid_count + counted.grids, person_count = note.person_count + counted.people,
        attempts = note.attempts + 1, watermark_at = %(now)s, heartbeat_at = finished, finished_at = finished
    FROM kpi_run amended, counted
    WHERE amended.id = %(run)s AND note.cause = 'late_record' AND note.month = amended.month
      AND note.branch_id IS NOT DISTINCT FROM amended.branch_id AND note.id > amended.id
      AND EXISTS (SELECT FROM kpi_changed WHERE run_id = %(run)s)
    RETURNING note.id
)
INSERT INTO kpi_run (month, branch_id, scheme_id, cause, status, requested_at, started_at, watermark_at, heartbeat_at,
                     finished_at, step, steps_done, steps_total, grid_count, person_count, error, attempts)
SELECT month, branch_id, scheme_id, 'late_record', 'done', %(now)s, %(now)s, %(now)s, finished,
       finished, '', 0, 0, grids, people, '', 1
FROM kpi_run amended, counted
WHERE amended.id = %(run)s AND EXISTS (SELECT FROM kpi_changed WHERE run_id = %(run)s) AND NOT EXISTS (SELECT FROM added);
