-- The views that a person finds, of one page or (empty) of all, the own ones first; those of others where they share
-- them and still work here.
SELECT view.id, view.owner_id, view.page, view.name, view.query, view.audience, view.branch_code, view.is_default,
       view.saved_at, owner.name AS owner_name
FROM accounts_savedview view JOIN accounts_user owner ON owner.id = view.owner_id
WHERE (%(page)s = '' OR view.page = %(page)s)
  AND (view.owner_id = %(reader)s
       OR owner.is_active AND (view.audience = 'company'
                               OR view.audience = 'branch' AND %(branch)s <> '' AND view.branch_code = %(branch)s))
ORDER BY view.owner_id <> %(reader)s, view.name, view.id
