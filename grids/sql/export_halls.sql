SELECT hall.code, hall.name, branch.code AS branch_code, street.code AS street_code, hall.lon, hall.lat,
       hall.has_family_zone
FROM grids_hall hall
JOIN grids_branch branch ON branch.id = hall.branch_id
JOIN grids_street street ON street.id = hall.street_id
WHERE %(branch)s::text IS NULL OR branch.code = %(branch)s
ORDER BY hall.code
