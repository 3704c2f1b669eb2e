-- Acceptances of the month and cancellations of the month (of whatever month's acceptance), read once for all items.
DROP TABLE IF EXISTS pg_temp.kpi_movement;
CREATE TEMP TABLE kpi_movement ON COMMIT DROP AS
WITH movement AS MATERIALIZED (
    SELECT grid_id, product_id, count(*) AS gained, 0 AS lost
    FROM acceptance_acceptance
    WHERE accepted_on >= %(first)s AND accepted_on < %(next)s
    GROUP BY grid_id, product_id
    UNION ALL
    SELECT grid_id, product_id, 0, count(*)
    FROM acceptance_acceptance
    WHERE cancelled_on >= %(first)s AND cancelled_on < %(next)s
    GROUP BY grid_id, product_id
)
SELECT movement.grid_id, indicator.code, sum(movement.gained)::bigint AS gained, sum(movement.lost)::bigint AS lost
FROM movement
JOIN kpi_indicator indicator ON indicator.scheme_id = %(scheme)s AND movement.product_id = ANY(indicator.products)
WHERE movement.grid_id IS NOT NULL
GROUP BY movement.grid_id, indicator.code;
