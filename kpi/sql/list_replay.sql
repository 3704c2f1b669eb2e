-- Each grid and person as the old scheme scores them (run 1) and as the draft does (run 2), over the same records, with
-- what each item contributes in both. Places are among all that were replayed.
WITH total AS (
    SELECT run_id, branch_id, grid_id, manager_id, total, is_provisional,
           rank() OVER (PARTITION BY run_id, grid_id IS NULL ORDER BY total DESC) AS place
    FROM kpi_score
), item AS (
    SELECT grid_id, manager_id, code,
           sum(weighted) FILTER (WHERE run_id = 1) AS before, sum(weighted) FILTER (WHERE run_id = 2) AS after,
           max(status) FILTER (WHERE run_id = 1) AS status_before, max(status) FILTER (WHERE run_id = 2) AS status_after
    FROM kpi_itemscore
    GROUP BY grid_id, manager_id, code
), items AS (
    SELECT grid_id, manager_id,
           jsonb_object_agg(code, jsonb_build_array(coalesce(before, 0)::text, coalesce(after, 0)::text,
                                                    status_before, status_after)) AS parts
    FROM item
    GROUP BY grid_id, manager_id
)
SELECT grid.code AS grid_code, manager.staff_no, coalesce(grid.name, manager.name) AS name, branch.name AS branch,
       old.total AS old_total, new.total AS new_total, old.place AS old_place, new.place AS new_place, items.parts
FROM total old
JOIN total new ON new.run_id = 2 AND new.grid_id IS NOT DISTINCT FROM old.grid_id
              AND new.manager_id IS NOT DISTINCT FROM old.manager_id
JOIN items ON items.grid_id IS NOT DISTINCT FROM old.grid_id AND items.manager_id IS NOT DISTINCT FROM old.manager_id
JOIN grids_branch branch ON branch.id = old.branch_id
LEFT JOIN grids_grid grid ON grid.id = old.grid_id
LEFT JOIN managers_manager manager ON manager.id = old.manager_id
WHERE old.run_id = 1
ORDER BY new.place, old.place, grid.code, manager.staff_no;
