-- Slips over their limit go up to the head of the hall, those over it for longer to the branch, each once a wait; the
-- day's notices count them. A second run at the same time finds the rows changed and leaves them.
WITH late(clock, since_hall, since_branch) AS (
    VALUES ('receive', %(receive)s::timestamptz, %(receive_on)s::timestamptz),
           ('accept', %(accept)s::timestamptz, %(accept_on)s::timestamptz),
           ('resubmit', %(resubmit)s::timestamptz, %(resubmit_on)s::timestamptz)
), waiting AS (
    -- A slip that is handed on takes its clock along, and is told anew to the hall that it comes to.
    SELECT id, state_at, escalated_at, raised_at, clock_from AS since,
           CASE WHEN state = 'transferred' THEN state_at ELSE clock_from END AS news,
           CASE WHEN state IN ('received', 'working') OR state = 'transferred' AND received_at IS NOT NULL THEN 'accept'
                WHEN state = 'returned' THEN 'resubmit' ELSE 'receive' END AS clock
    FROM acceptance_slip
    WHERE state IN ('submitted', 'transferred', 'received', 'working', 'returned')
), risen AS (
    SELECT waiting.*,
           since < since_hall AND (escalated_at IS NULL OR escalated_at < news) AS to_hall,
           since < since_branch AND (raised_at IS NULL OR raised_at < since) AS to_branch
    FROM waiting JOIN late USING (clock)
), written AS (
    UPDATE acceptance_slip slip
    SET escalated_at = CASE WHEN risen.to_hall THEN %(now)s ELSE slip.escalated_at END,
        raised_at = CASE WHEN risen.to_branch THEN %(now)s ELSE slip.raised_at END
    FROM risen
    WHERE risen.id = slip.id AND (risen.to_hall OR risen.to_branch)
      AND slip.state_at = risen.state_at
      AND slip.escalated_at IS NOT DISTINCT FROM risen.escalated_at
      AND slip.raised_at IS NOT DISTINCT FROM risen.raised_at
    RETURNING slip.branch_id, slip.hall_id, risen.to_hall, risen.to_branch
), noted AS (
    INSERT INTO acceptance_latenotice AS notice (branch_id, hall_id, day, late, raised, changed_at)
    SELECT branch_id, hall_id, %(day)s::date, count(*) FILTER (WHERE to_hall), count(*) FILTER (WHERE to_branch), %(now)s
    FROM written
    GROUP BY GROUPING SETS ((branch_id, hall_id), (branch_id))
    ON CONFLICT ON CONSTRAINT late_notice_once_a_day DO UPDATE
    SET late = notice.late + EXCLUDED.late, raised = notice.raised + EXCLUDED.raised, changed_at = EXCLUDED.changed_at
)
SELECT count(*) FILTER (WHERE to_hall), count(*) FILTER (WHERE to_branch) FROM written;
