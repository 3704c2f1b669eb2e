-- What some halls had, got and gave between two instants, from the history alone: carried over, sent on the line and
-- from a phone's queue, come from and gone to other halls, and how many ended in which state.
WITH touched AS (
    SELECT DISTINCT event.slip_id
    FROM acceptance_slipevent event
    JOIN acceptance_slip slip ON slip.id = event.slip_id
    WHERE event.hall_id = ANY (%(halls)s) AND event.at < %(end)s
      AND (slip.state = ANY (%(open)s) OR slip.state_at >= %(start)s)
), steps AS (
    SELECT event.slip_id, event.at, event.to_state, event.hall_id = ANY (%(halls)s) AS here,
           lag(event.hall_id = ANY (%(halls)s)) OVER life AS was_here, lag(event.to_state) OVER life AS was,
           lead(event.at) OVER life AS next_at
    FROM acceptance_slipevent event JOIN touched USING (slip_id)
    WHERE event.at < %(end)s
    WINDOW life AS (PARTITION BY event.slip_id ORDER BY event.at, event.id)
)
SELECT CASE WHEN at < %(start)s THEN 'carried' WHEN was IS NULL AND was_queued THEN 'synced' WHEN was IS NULL THEN 'online'
            WHEN here AND NOT was_here THEN 'came' WHEN was_here AND NOT here THEN 'left' ELSE to_state END AS flow,
       count(*)
FROM steps JOIN acceptance_slip slip ON slip.id = slip_id
WHERE CASE WHEN at < %(start)s THEN here AND to_state = ANY (%(open)s) AND coalesce(next_at >= %(start)s, true)
           WHEN was IS NULL THEN here
           WHEN here <> was_here THEN true
           ELSE here AND was = ANY (%(open)s) AND NOT to_state = ANY (%(open)s) END
GROUP BY flow
