-- The items of the same grids in the same generation as list_league.
SELECT item.grid_id, item.code, item.status, item.rate::float8, item.score::float8, item.weighted::float8
FROM kpi_itemscore item
JOIN unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id) USING (branch_id, run_id)
WHERE item.run_id = ANY (%(read)s) AND item.grid_id = ANY (%(grids)s)
