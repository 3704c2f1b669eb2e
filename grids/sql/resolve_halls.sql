SELECT s.line, s.code, s.name, branch.id AS branch_id, street.id AS street_id, s.lon, s.lat,
       coalesce(s.has_family_zone, false) AS has_family_zone
FROM staged s
JOIN grids_branch branch ON branch.code = s.branch_code
JOIN grids_street street ON street.code = s.street_code
