-- What tells one moment of some halls' queue from another.
SELECT count(*), max(state_at), coalesce(sum(claimed_by_id), 0)
FROM acceptance_slip
WHERE hall_id = ANY (%(halls)s::bigint[]) AND state IN ('submitted', 'transferred', 'received', 'working')
