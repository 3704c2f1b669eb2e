-- Where a slip of a hall can be transferred to.
SELECT code, name FROM grids_hall WHERE branch_id = %(branch)s AND id <> %(hall)s ORDER BY code
