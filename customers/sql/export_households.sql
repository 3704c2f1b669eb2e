SELECT household.code, community.code AS community_code, household.building, household.address,
       household.contact_name, household.contact_phone
FROM customers_household household
JOIN grids_community community ON community.id = household.community_id
JOIN grids_branch branch ON branch.id = household.branch_id
WHERE %(branch)s::text IS NULL OR branch.code = %(branch)s
ORDER BY household.id
