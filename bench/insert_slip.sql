-- What any way of storing a slip has to write: the slip and its product. The database's own trigger adds the history.
WITH slip AS (
    INSERT INTO acceptance_slip (
        client_uuid, number, content_hash, state, state_at, state_by_id, state_note, branch_id, hall_id, grid_id,
        is_cross_grid, manager_id, household_id, typed_address, contact_name, contact_phone, source, has_consent, notes,
        submitted_at)
    VALUES (%(client_uuid)s, %(number_prefix)s || lpad(nextval('acceptance_slip_no')::text, 5, '0'), %(content_hash)s,
            'submitted', %(now)s, %(user)s, '', %(branch)s, %(hall)s, %(grid)s, false, %(manager)s, %(household)s, '',
            %(contact_name)s, %(contact_phone)s, %(source)s, true, '', %(now)s)
    RETURNING id
)
INSERT INTO acceptance_slipline (slip_id, product_id, position)
SELECT slip.id, product, 1 FROM slip, unnest(%(products)s) product
RETURNING id
