-- One text for the names that leagues show beside the scores: it changes when a grid, a branch, a person or an
-- indicator is called otherwise, or a team changes. Worked out from the names themselves, so that it can't lag behind.
SELECT concat_ws(' ',
    (SELECT bit_xor(hash_record_extended(ROW(id, code, name), 0)) FROM grids_grid),
    (SELECT bit_xor(hash_record_extended(ROW(id, code, name), 0)) FROM grids_branch),
    (SELECT bit_xor(hash_record_extended(ROW(id, staff_no, name), 0)) FROM managers_manager),
    (SELECT bit_xor(hash_record_extended(ROW(id, manager_id, grid_id, duty, period), 0)) FROM managers_posting),
    (SELECT bit_xor(hash_record_extended(indicator, 0)) FROM kpi_indicator indicator)) AS mark
