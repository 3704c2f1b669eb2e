-- Households of each grid as its communities stood on a day.
SELECT membership.grid_id, sum(homes.households)::int
FROM (SELECT community_id, count(*) AS households FROM customers_household GROUP BY community_id) homes
JOIN grids_gridcommunity membership USING (community_id)
WHERE membership.period @> %(day)s::date
GROUP BY membership.grid_id
