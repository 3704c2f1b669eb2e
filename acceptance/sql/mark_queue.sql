-- What tells one moment of some halls' queue from another.
SELECT count(*) AS waiting, max(state_at) AS newest, coalesce(sum(claimed_by_id), 0) AS holders
FROM acceptance_slip
WHERE hall_id = ANY (%(halls)s) AND state IN ('submitted', 'transferred', 'received', 'working')
