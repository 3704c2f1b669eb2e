-- Net new acceptances of some grids by product and day; a cancellation counts on its own day.
SELECT product_id, day, sum(sign)::int
FROM (
    SELECT product_id, accepted_on AS day, 1 AS sign
    FROM acceptance_acceptance
    WHERE grid_id = ANY (%(grids)s) AND accepted_on >= %(first)s AND accepted_on < %(end)s
    UNION ALL
    SELECT product_id, cancelled_on, -1
    FROM acceptance_acceptance
    WHERE grid_id = ANY (%(grids)s) AND cancelled_on >= %(first)s AND cancelled_on < %(end)s
) movement
GROUP BY product_id, day
