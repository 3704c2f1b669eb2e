SELECT s.line, s.code, s.name, bureau.id AS sub_bureau_id, street.id AS street_id, s.lon, s.lat
FROM staged s
JOIN grids_subbureau bureau ON bureau.code = s.sub_bureau_code
JOIN grids_street street ON street.code = s.street_code
