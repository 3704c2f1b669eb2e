-- Streets belong to no branch; of one branch are those where it has a hall or a community.
SELECT code, name, district, area_type FROM grids_street street
WHERE %(branch)s::text IS NULL
   OR EXISTS (SELECT 1 FROM grids_hall hall JOIN grids_branch branch ON branch.id = hall.branch_id
              WHERE hall.street_id = street.id AND branch.code = %(branch)s)
   OR EXISTS (SELECT 1 FROM grids_community community JOIN grids_subbureau bureau ON bureau.id = community.sub_bureau_id
              JOIN grids_branch branch ON branch.id = bureau.branch_id
              WHERE community.street_id = street.id AND branch.code = %(branch)s)
ORDER BY code
