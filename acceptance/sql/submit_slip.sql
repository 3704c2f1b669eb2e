-- One statement for a whole submit: place, number, slip and lines together or not at all. Guarantees one slip for a
-- client_uuid whatever comes at the same moment; answers with what it wrote, or with what stood in the way.
WITH manager AS (
    SELECT id, branch_id FROM managers_manager WHERE staff_no = %(staff_no)s
), post AS (
    SELECT posting.grid_id FROM managers_posting posting JOIN manager ON manager.id = posting.manager_id
    WHERE posting.period @> %(day)s::date
), home AS (
    SELECT household.id, held.grid_id
    FROM customers_household household
    JOIN manager ON manager.branch_id = household.branch_id
    LEFT JOIN grids_gridcommunity held
           ON held.community_id = household.community_id AND held.period @> %(day)s::date
    WHERE household.code = %(household_code)s
), served AS (
    -- The household's grid names the hall; a new address, or a community without a grid, goes to the manager's own.
    SELECT grid.branch_id, grid.hall_id,
           CASE WHEN %(household_code)s = '' THEN post.grid_id ELSE home.grid_id END AS grid_id,
           %(household_code)s <> '' AND home.grid_id IS DISTINCT FROM post.grid_id AS is_cross_grid,
           home.id AS household_id
    FROM (SELECT 1) one LEFT JOIN home ON true LEFT JOIN post ON true
    JOIN grids_grid grid ON grid.id = coalesce(home.grid_id, post.grid_id)
    WHERE %(household_code)s = '' OR home.id IS NOT NULL
), asked AS (
    SELECT count(*) = cardinality(%(products)s) AS are_sold FROM acceptance_product
    WHERE code = ANY(%(products)s) AND is_sold
), known AS (
    SELECT number, content_hash FROM acceptance_slip WHERE client_uuid = %(client_uuid)s
), similar_slip AS (
    SELECT slip.number FROM acceptance_slip slip JOIN home ON home.id = slip.household_id
    WHERE slip.submitted_at > %(similar_since)s AND slip.client_uuid <> %(client_uuid)s
      AND slip.state NOT IN ('withdrawn', 'abandoned', 'no_resource', 'duplicate')
      AND EXISTS (SELECT FROM acceptance_slipline line
                  WHERE line.slip_id = slip.id AND line.product_id = ANY(%(products)s))
    ORDER BY slip.submitted_at DESC LIMIT 1
), written AS (
    INSERT INTO acceptance_slip (
        client_uuid, number, content_hash, state, state_at, state_by_id, state_note, branch_id, hall_id, grid_id,
        is_cross_grid, manager_id, household_id, typed_address, contact_name, contact_phone, source, campaign_id,
        has_consent, notes, submitted_at, was_queued)
    SELECT %(client_uuid)s, %(number_prefix)s || lpad(nextval('acceptance_slip_no')::text, 5, '0'), %(content_hash)s,
           'submitted', %(now)s, %(user)s, '', served.branch_id, served.hall_id, served.grid_id,
           served.is_cross_grid, manager.id, served.household_id, %(typed_address)s, %(contact_name)s,
           %(contact_phone)s, %(source)s,
           (SELECT id FROM campaigns_campaign WHERE code = %(campaign_code)s), true, %(notes)s, %(now)s, %(queued)s
    FROM served, manager
    WHERE (SELECT are_sold FROM asked) AND NOT EXISTS (SELECT FROM known) AND (%(acknowledged)s OR NOT EXISTS (SELECT FROM similar_slip))
    ON CONFLICT (client_uuid) DO NOTHING
    RETURNING id, number
), lines AS (
    INSERT INTO acceptance_slipline (slip_id, product_id, position)
    SELECT written.id, wanted.code, wanted.position
    FROM written, unnest(%(products)s) WITH ORDINALITY AS wanted (code, position)
)
SELECT (SELECT number FROM written) AS written, known.number AS known, known.content_hash,
       (SELECT number FROM similar_slip) AS similar_number, EXISTS (SELECT FROM served) AS has_place,
       EXISTS (SELECT FROM manager) AS is_manager,
       (SELECT are_sold FROM asked) AS are_sold
FROM (SELECT 1) one LEFT JOIN known ON true
