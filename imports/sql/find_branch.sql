SELECT id FROM grids_branch WHERE code = %(code)s;
