-- Net new acceptances of some grids by grid and product between two days; a cancellation counts on its own day.
SELECT grid_id, product_id, sum(sign)::int
FROM (
    SELECT grid_id, product_id, 1 AS sign
    FROM acceptance_acceptance
    WHERE grid_id = ANY (%(grids)s) AND accepted_on >= %(first)s AND accepted_on < %(end)s
    UNION ALL
    SELECT grid_id, product_id, -1
    FROM acceptance_acceptance
    WHERE grid_id = ANY (%(grids)s) AND cancelled_on >= %(first)s AND cancelled_on < %(end)s
) movement
GROUP BY grid_id, product_id
