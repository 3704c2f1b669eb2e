-- Grids and products whose kept tallies of a month differ from a full count.
SELECT grid.code AS place, product_id AS product, coalesce(kept.gained, 0) - coalesce(kept.lost, 0) AS kept,
       coalesce(counted.gained, 0) - coalesce(counted.lost, 0) AS counted
FROM (SELECT grid_id, product_id, gained, lost FROM kpi_tally WHERE month = %(first)s) kept
FULL JOIN (
    SELECT grid_id, product_id, count(*) FILTER (WHERE accepted_on >= %(first)s AND accepted_on < %(next)s) AS gained,
           count(*) FILTER (WHERE cancelled_on >= %(first)s AND cancelled_on < %(next)s) AS lost
    FROM acceptance_acceptance
    WHERE accepted_on < %(next)s AND (accepted_on >= %(first)s OR cancelled_on >= %(first)s) AND grid_id IS NOT NULL
    GROUP BY grid_id, product_id
) counted USING (grid_id, product_id)
JOIN grids_grid grid ON grid.id = grid_id
WHERE (coalesce(kept.gained, 0), coalesce(kept.lost, 0))
      IS DISTINCT FROM (coalesce(counted.gained, 0), coalesce(counted.lost, 0))
ORDER BY grid.code, product_id;
