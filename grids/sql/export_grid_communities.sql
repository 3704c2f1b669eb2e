SELECT grid.code AS grid_code, community.code AS community_code,
       lower(held.period) AS valid_from, upper(held.period) AS valid_to
FROM grids_gridcommunity held
JOIN grids_grid grid ON grid.id = held.grid_id
JOIN grids_branch branch ON branch.id = grid.branch_id
JOIN grids_community community ON community.id = held.community_id
WHERE (%(branch)s::text IS NULL OR branch.code = %(branch)s)
  AND held.period && daterange(%(start)s::date, %(end)s::date)
ORDER BY grid.code, community.code, lower(held.period)
