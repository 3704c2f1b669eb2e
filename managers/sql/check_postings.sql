-- Rows outside the sender's branches, and people who would serve two grids on some day once the file is in.
-- Rows of the database that the file restates count as the file has them.
INSERT INTO staged_reason (line, code, first, second)
WITH good AS MATERIALIZED (
    SELECT s.line, s.staff_no, s.grid_code, s.valid_from, manager.id AS manager_id, grid.id AS grid_id,
           grid.branch_id, manager.branch_id AS manager_branch_id, daterange(s.valid_from, s.valid_to) AS period
    FROM staged s
    JOIN managers_manager manager ON manager.staff_no = s.staff_no
    JOIN grids_grid grid ON grid.code = s.grid_code
    WHERE s.valid_from IS NOT NULL AND coalesce(s.valid_to > s.valid_from, true)
      AND s.line NOT IN (SELECT line FROM staged_reason)
)
SELECT line, 'foreign', '网格 ' || grid_code, NULL FROM good
WHERE NOT coalesce(branch_id = ANY (%(branches)s::bigint[]), true)
UNION ALL
SELECT line, 'foreign', '工号 ' || staff_no, NULL FROM good
WHERE NOT coalesce(manager_branch_id = ANY (%(branches)s::bigint[]), true)
UNION ALL
SELECT late.line, 'overlap_file', early.line::text, greatest(early.valid_from, late.valid_from)::text
FROM good late JOIN good early ON early.manager_id = late.manager_id AND early.line < late.line
                              AND early.period && late.period
UNION ALL
SELECT good.line, 'overlap', grid.code, greatest(good.valid_from, lower(held.period))::text
FROM good
JOIN managers_posting held ON held.manager_id = good.manager_id AND held.period && good.period
JOIN grids_grid grid ON grid.id = held.grid_id
WHERE NOT EXISTS (SELECT 1 FROM good restated
                  WHERE restated.manager_id = held.manager_id AND restated.grid_id = held.grid_id
                    AND restated.valid_from = lower(held.period));
