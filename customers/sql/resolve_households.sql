-- A household belongs to the branch of its community's sub-bureau.
SELECT s.line, s.code, bureau.branch_id, community.id AS community_id, coalesce(s.building, '') AS building, s.address,
       coalesce(s.contact_name, '') AS contact_name, coalesce(s.contact_phone, '') AS contact_phone, s.search_key
FROM staged s
JOIN grids_community community ON community.code = s.community_code
JOIN grids_subbureau bureau ON bureau.id = community.sub_bureau_id
