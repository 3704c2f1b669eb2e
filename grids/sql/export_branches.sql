SELECT code, name FROM grids_branch WHERE %(branch)s::text IS NULL OR code = %(branch)s ORDER BY code
