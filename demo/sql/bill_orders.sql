-- The last two weeks came in by the day file as well, nearly always as the hall keyed them in.
UPDATE acceptance_acceptance SET keyed_here = true
WHERE accepted_on > %(today)s::date - 15
  AND (slip_id IS NOT NULL OR channel_id IN ('own_hall', 'direct') AND operator_id IS NOT NULL AND id %% 97 <> 0);
UPDATE acceptance_acceptance SET keyed_here = true
WHERE accepted_on > %(today)s::date - 15 AND channel_id IN ('direct', 'community_manager') AND operator_id IS NULL
  AND slip_id IS NULL;
INSERT INTO acceptance_billedorder (order_no, acceptance_id, household_id, product_id, developer_id, developer_name,
                                    operator_id, accepted_on, keyed_no, keyed_on, seen_at)
SELECT keyed.order_no, keyed.id, keyed.household_id, keyed.product_id,
       CASE WHEN keyed.id %% 83 = 0 THEN mate.id ELSE keyed.developer_id END,
       CASE WHEN keyed.id %% 83 = 0 THEN coalesce(mate.name, '') ELSE keyed.developer_name END,
       CASE WHEN keyed.id %% 89 = 0 THEN neighbour.id ELSE keyed.operator_id END,
       keyed.accepted_on,
       CASE WHEN keyed.id %% 101 = 0 THEN reverse(right(keyed.order_no, 2)) || keyed.order_no ELSE '' END,
       CASE WHEN keyed.id %% 79 = 0 THEN keyed.accepted_on - 1 END,
       keyed.accepted_on + interval '30 hours'
FROM acceptance_acceptance keyed
LEFT JOIN managers_operator operator ON operator.id = keyed.operator_id
LEFT JOIN LATERAL (SELECT id FROM managers_operator other
                   WHERE other.hall_id = operator.hall_id AND other.id <> operator.id ORDER BY id LIMIT 1) neighbour ON true
LEFT JOIN LATERAL (SELECT id, name FROM managers_manager other
                   WHERE other.branch_id = keyed.branch_id AND other.id <> keyed.developer_id ORDER BY id LIMIT 1) mate ON true
WHERE keyed.keyed_here AND keyed.accepted_on < %(today)s AND keyed.id %% 103 <> 0;
