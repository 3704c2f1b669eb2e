SELECT community.code, community.name, bureau.code AS sub_bureau_code, street.code AS street_code,
       community.lon, community.lat
FROM grids_community community
JOIN grids_subbureau bureau ON bureau.id = community.sub_bureau_id
JOIN grids_branch branch ON branch.id = bureau.branch_id
JOIN grids_street street ON street.id = community.street_id
WHERE %(branch)s::text IS NULL OR branch.code = %(branch)s
ORDER BY community.code
