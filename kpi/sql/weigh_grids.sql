-- Households of some grids as their communities stand on a day, and their lines in service by product.
-- A product empty is the row of the households.
WITH homes AS MATERIALIZED (
    SELECT membership.grid_id, household.id
    FROM grids_gridcommunity membership
    JOIN customers_household household ON household.community_id = membership.community_id
    WHERE membership.grid_id = ANY (%(grids)s) AND membership.period @> %(day)s::date
)
SELECT grid_id, '' AS product_code, count(*)::int FROM homes GROUP BY grid_id
UNION ALL
SELECT homes.grid_id, line.product_code, count(*)::int
FROM homes
JOIN customers_subscription line ON line.household_id = homes.id
WHERE line.product_code = ANY (%(products)s)
  AND line.opened_on <= %(day)s AND (line.closed_on IS NULL OR line.closed_on > %(day)s)
GROUP BY homes.grid_id, line.product_code
