-- Adds to the row in the list of runs that stands for all late records of a generation; answers its number, or nothing
-- when there is none yet.
UPDATE kpi_run note
SET grid_count = note.grid_count + %(grid_count)s, person_count = note.person_count + %(person_count)s,
    attempts = note.attempts + 1, watermark_at = %(now)s, heartbeat_at = %(finished)s, finished_at = %(finished)s
FROM kpi_run amended
WHERE amended.id = %(run)s AND note.cause = 'late_record' AND note.month = amended.month
  AND note.branch_id IS NOT DISTINCT FROM amended.branch_id AND note.id > amended.id
RETURNING note.id;
