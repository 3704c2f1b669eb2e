-- The days without opening hours since a day, in order.
SELECT array_agg(day ORDER BY day) AS days FROM acceptance_specialday WHERE kind = 'closed' AND day >= %(since)s
