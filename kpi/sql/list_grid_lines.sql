-- Lines in service at a month's start by grid and product, from the balances of the communities the grids hold on a day.
SELECT membership.grid_id, balance.product_code, sum(balance.lines)::int
FROM grids_gridcommunity membership
JOIN kpi_balance balance ON balance.community_id = membership.community_id AND balance.month = %(month)s
WHERE membership.grid_id = ANY (%(grids)s) AND membership.period @> %(day)s::date
  AND balance.product_code = ANY (%(products)s)
GROUP BY membership.grid_id, balance.product_code
