SELECT bureau.code, bureau.name, branch.code AS branch_code
FROM grids_subbureau bureau JOIN grids_branch branch ON branch.id = bureau.branch_id
WHERE %(branch)s::text IS NULL OR branch.code = %(branch)s
ORDER BY bureau.code
