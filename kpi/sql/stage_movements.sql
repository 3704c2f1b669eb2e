-- Acceptances of the month and cancellations of the month (of whatever month's acceptance), read once for all items.
DROP TABLE IF EXISTS pg_temp.kpi_movement;
CREATE TEMP TABLE kpi_movement ON COMMIT DROP AS
SELECT grid_id, product_id AS product_code, sum(gained) AS gained, sum(lost) AS lost
FROM (
    SELECT grid_id, product_id, count(*) AS gained, 0 AS lost
    FROM acceptance_acceptance
    WHERE accepted_on >= %(first)s AND accepted_on < %(next)s
    GROUP BY grid_id, product_id
    UNION ALL
    SELECT grid_id, product_id, 0, count(*)
    FROM acceptance_acceptance
    WHERE cancelled_on >= %(first)s AND cancelled_on < %(next)s
    GROUP BY grid_id, product_id
) movement
WHERE grid_id IS NOT NULL
GROUP BY grid_id, product_id;
