-- What some halls had, got and gave between two instants, from the history alone: carried over, sent on the line and
-- from a phone's queue, come from and gone to other halls, and how many ended in which state.
WITH touched (slip_id) AS MATERIALIZED (
    SELECT slip_id FROM acceptance_slipevent
    WHERE hall_id = ANY (%(halls)s) AND at >= %(start)s AND at < %(end)s
    UNION
    SELECT slip.id
    FROM acceptance_slip slip
    CROSS JOIN LATERAL (SELECT hall_id FROM acceptance_slipevent history
                        WHERE history.slip_id = slip.id AND at < %(start)s ORDER BY at DESC, id DESC LIMIT 1) stood
    WHERE submitted_at < %(start)s AND (state = ANY (%(open)s) OR state_at >= %(start)s) AND stood.hall_id = ANY (%(halls)s)
), steps AS (
    SELECT touched.slip_id, event.at, event.to_state, event.hall_id = ANY (%(halls)s) AS here,
           lag(event.hall_id = ANY (%(halls)s)) OVER life AS was_here, lag(event.to_state) OVER life AS was,
           lead(event.at) OVER life AS next_at
    FROM touched
    -- Few slips, each by its own history: OFFSET keeps the planner from joining all there ever was.
    CROSS JOIN LATERAL (SELECT id, at, to_state, hall_id FROM acceptance_slipevent history
                        WHERE history.slip_id = touched.slip_id AND at < %(end)s OFFSET 0) event
    WINDOW life AS (PARTITION BY touched.slip_id ORDER BY event.at, event.id)
)
SELECT CASE WHEN at < %(start)s THEN 'carried' WHEN was IS NULL THEN (SELECT CASE WHEN was_queued THEN 'synced' ELSE 'online' END FROM acceptance_slip WHERE id = slip_id)
            WHEN here AND NOT was_here THEN 'came' WHEN was_here AND NOT here THEN 'left' ELSE to_state END AS flow,
       count(*)
FROM steps
WHERE CASE WHEN at < %(start)s THEN here AND to_state = ANY (%(open)s) AND coalesce(next_at >= %(start)s, true)
           WHEN was IS NULL THEN here
           WHEN here <> was_here THEN true
           ELSE here AND was = ANY (%(open)s) AND NOT to_state = ANY (%(open)s) END
GROUP BY flow
