-- Two things only the database can tell: rows outside the sender's branches, and a community that would be in two
-- grids on some day once the file is in. Rows of the database that the file restates count as the file has them.
INSERT INTO staged_reason (line, code, first, second)
WITH good AS MATERIALIZED (
    SELECT s.line, s.grid_code, s.valid_from, grid.id AS grid_id, grid.branch_id, community.id AS community_id,
           bureau.branch_id AS community_branch_id, s.community_code, daterange(s.valid_from, s.valid_to) AS period
    FROM staged s
    JOIN grids_grid grid ON grid.code = s.grid_code
    JOIN grids_community community ON community.code = s.community_code
    JOIN grids_subbureau bureau ON bureau.id = community.sub_bureau_id
    WHERE s.valid_from IS NOT NULL AND coalesce(s.valid_to > s.valid_from, true)
      AND s.line NOT IN (SELECT line FROM staged_reason)
)
SELECT line, 'foreign', '网格 ' || grid_code, NULL FROM good
WHERE NOT coalesce(branch_id = ANY (%(branches)s::bigint[]), true)
UNION ALL
SELECT line, 'foreign', '社区 ' || community_code, NULL FROM good
WHERE NOT coalesce(community_branch_id = ANY (%(branches)s::bigint[]), true)
UNION ALL
SELECT late.line, 'overlap_file', early.line::text, greatest(early.valid_from, late.valid_from)::text
FROM good late JOIN good early ON early.community_id = late.community_id AND early.line < late.line
                              AND early.period && late.period
UNION ALL
SELECT good.line, 'overlap', grid.code, greatest(good.valid_from, lower(held.period))::text
FROM good
JOIN grids_gridcommunity held ON held.community_id = good.community_id AND held.period && good.period
JOIN grids_grid grid ON grid.id = held.grid_id
WHERE NOT EXISTS (SELECT 1 FROM good restated
                  WHERE restated.grid_id = held.grid_id AND restated.community_id = held.community_id
                    AND restated.valid_from = lower(held.period));
