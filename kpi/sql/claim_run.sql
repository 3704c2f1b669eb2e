-- Takes a run that waits, or whose worker died; answers nothing when somebody was first. Its scheme is the newest issued
-- one in force on the 1st, a default standing back for what somebody issued for the same day; empty where there is none
-- yet, and for a correction, which has its own.
UPDATE kpi_run
SET status = 'running', heartbeat_at = %(now)s, started_at = %(now)s, watermark_at = %(now)s, attempts = attempts + 1,
    error = '',
    scheme_id = (
        SELECT scheme.id
        FROM kpi_scheme scheme
        WHERE kpi_run.cause <> 'correction' AND scheme.status = 'issued' AND scheme.effective_on <= kpi_run.month
          AND scheme.year = extract(year FROM kpi_run.month) AND scheme.quarter = extract(quarter FROM kpi_run.month)
        ORDER BY scheme.effective_on DESC, scheme.issued_by_id IS NULL, scheme.version DESC
        LIMIT 1
    )
WHERE id = %(run)s
  AND (status = 'requested' OR status = 'running' AND (heartbeat_at IS NULL OR heartbeat_at < %(stale)s))
RETURNING *;
