-- The items of the same grids in the same generation as list_league.
SELECT item.grid_id, item.code, item.status, item.rate::float8, item.score::float8, item.weighted::float8
FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id)
JOIN kpi_itemscore item USING (branch_id, run_id)
WHERE item.grid_id = ANY (%(grids)s)
