-- The items of people in a generation, as list_league_items has those of grids.
SELECT item.manager_id, item.code, item.status, item.rate::float8, item.score::float8, item.weighted::float8
FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id)
JOIN kpi_itemscore item USING (branch_id, run_id)
WHERE item.manager_id = ANY (%(managers)s)
