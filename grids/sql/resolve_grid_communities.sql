SELECT s.line, grid.id AS grid_id, community.id AS community_id, daterange(s.valid_from, s.valid_to) AS period
FROM staged s
JOIN grids_grid grid ON grid.code = s.grid_code
JOIN grids_community community ON community.code = s.community_code
