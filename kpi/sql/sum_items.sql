-- What the items of some grids add up to, per item: counts, targets, and the sum of the scores with how many there are.
SELECT code, count(*), count(*) FILTER (WHERE status = 'scored'), coalesce(sum(gained), 0), coalesce(sum(lost), 0),
       coalesce(sum(actual), 0), coalesce(sum(base), 0), coalesce(sum(target) FILTER (WHERE status = 'scored'), 0),
       coalesce(sum(actual) FILTER (WHERE status = 'scored'), 0),
       coalesce(sum(score) FILTER (WHERE status = 'scored'), 0), sum(weighted)
FROM kpi_itemscore item
JOIN unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id) USING (branch_id, run_id)
WHERE item.run_id = ANY (%(read)s) AND item.grid_id = ANY (%(grids)s)
GROUP BY code
