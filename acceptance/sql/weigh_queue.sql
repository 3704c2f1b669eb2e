-- How some halls stand: those waiting, over the limit and near it by the clock of their step, waiting a day ago,
-- accepted today; and what tells one moment of the queue from another. A slip handed to another hall since yesterday
-- has left the halls, and its history with it.
WITH waiting AS (
    SELECT state_at, claimed_by_id,
           -- What was received and handed on is still on the clock of its acceptance.
           clock_from < CASE WHEN received_at IS NULL THEN %(receive)s ELSE %(accept)s END AS is_late,
           clock_from < CASE WHEN received_at IS NULL THEN %(receive_soon)s ELSE %(accept_soon)s END AS is_soon
    FROM acceptance_slip
    WHERE hall_id = ANY (%(halls)s) AND state IN ('submitted', 'transferred', 'received', 'working')
), moved AS (
    SELECT slip.accepted_at, past.to_state, past.hall_id
    FROM acceptance_slip slip
    LEFT JOIN LATERAL (
        SELECT event.to_state, event.hall_id FROM acceptance_slipevent event
        WHERE event.slip_id = slip.id AND event.at <= %(day_ago)s
        ORDER BY event.at DESC, event.id DESC LIMIT 1
    ) past ON true
    WHERE slip.hall_id = ANY (%(halls)s) AND slip.state_at > %(day_ago)s
)
SELECT count(*) AS waiting, count(*) FILTER (WHERE is_late) AS over,
       count(*) FILTER (WHERE is_soon AND NOT is_late) AS near,
       count(*) FILTER (WHERE state_at <= %(day_ago)s)
       + (SELECT count(*) FROM moved
          WHERE to_state IN ('submitted', 'transferred', 'received', 'working')
            AND hall_id = ANY (%(halls)s)) AS day_ago,
       (SELECT count(*) FROM moved WHERE accepted_at >= %(day_start)s) AS accepted_today,
       max(state_at) AS newest, coalesce(sum(claimed_by_id), 0) AS holders
FROM waiting
