SELECT s.line, s.code, s.name, branch.id AS branch_id
FROM staged s JOIN grids_branch branch ON branch.code = s.branch_code
