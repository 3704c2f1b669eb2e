-- One text for what leagues show beside the scores: it changes when a grid, a place, a person or an indicator is called
-- otherwise, a team changes, a month gets its first scores, or a saved view changes. Worked out from the tables
-- themselves, so that it can't lag behind.
SELECT concat_ws(' ',
    (SELECT bit_xor(hash_record_extended(ROW(id, code, name), 0)) FROM grids_grid),
    (SELECT bit_xor(hash_record_extended(ROW(id, code, name), 0)) FROM grids_branch),
    (SELECT bit_xor(hash_record_extended(ROW(id, code, name), 0)) FROM grids_subbureau),
    (SELECT bit_xor(hash_record_extended(ROW(id, staff_no, name), 0)) FROM managers_manager),
    (SELECT bit_xor(hash_record_extended(ROW(id, manager_id, grid_id, duty, period), 0)) FROM managers_posting),
    (SELECT bit_xor(hash_record_extended(indicator, 0)) FROM kpi_indicator indicator),
    (SELECT array_agg(DISTINCT month) FROM kpi_branchmonth WHERE current_run_id IS NOT NULL),
    (SELECT bit_xor(hash_record_extended(ROW(shown, keeper.name, keeper.is_active), 0))
     FROM accounts_savedview shown JOIN accounts_user keeper ON keeper.id = shown.owner_id
     WHERE starts_with(shown.page, 'kpi:'))) AS mark
