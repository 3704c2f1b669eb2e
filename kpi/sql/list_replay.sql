-- Each grid and person as the old scheme scores them (run 1) and as the draft does (run 2), over the same records, with
-- what each item contributes in both. Places are among all that were replayed. A subject is a grid's key, or a
-- person's with a minus: one number that can be hashed; the planner knows nothing of a fresh table.
ANALYZE kpi_score;
WITH total AS MATERIALIZED (
    SELECT run_id, branch_id, grid_id, manager_id, coalesce(grid_id, -manager_id) AS subject, total,
           rank() OVER (PARTITION BY run_id, grid_id IS NULL ORDER BY total DESC) AS place
    FROM kpi_score
), item AS (
    SELECT coalesce(grid_id, -manager_id) AS subject, code,
           sum(weighted) FILTER (WHERE run_id = 1) AS before, sum(weighted) FILTER (WHERE run_id = 2) AS after,
           max(status) FILTER (WHERE run_id = 1) AS status_before, max(status) FILTER (WHERE run_id = 2) AS status_after
    FROM kpi_score
    CROSS JOIN LATERAL unnest(items)
    GROUP BY coalesce(grid_id, -manager_id), code
), items AS MATERIALIZED (
    SELECT subject, jsonb_object_agg(code, jsonb_build_array(coalesce(before, 0)::text, coalesce(after, 0)::text,
                                                             status_before, status_after)) AS parts
    FROM item
    GROUP BY subject
)
SELECT grid.code AS grid_code, manager.staff_no, coalesce(grid.name, manager.name) AS name, branch.name AS branch,
       old.total AS old_total, new.total AS new_total, old.place AS old_place, new.place AS new_place, items.parts
FROM total old
JOIN total new ON new.run_id = 2 AND new.subject = old.subject
JOIN items ON items.subject = old.subject
JOIN grids_branch branch ON branch.id = old.branch_id
LEFT JOIN grids_grid grid ON grid.id = old.grid_id
LEFT JOIN managers_manager manager ON manager.id = old.manager_id
WHERE old.run_id = 1
ORDER BY new.place, old.place, grid.code, manager.staff_no;
