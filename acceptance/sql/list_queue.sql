-- A page of the slips that wait at some halls, longest wait first; the index of open slips holds them in this order.
-- Planned once a connection, so what the index says of its rows stands here word for word; those returned, which it
-- doesn't hold, are looked for only when they are asked for.
WITH page AS (
    SELECT * FROM (
        SELECT * FROM acceptance_slip
        WHERE hall_id = ANY (%(halls)s) AND state IN ('submitted', 'transferred', 'received', 'working')
        UNION ALL
        SELECT * FROM acceptance_slip
        WHERE hall_id = ANY (%(halls)s) AND state = 'returned' AND 'returned' = ANY (%(states)s)
    ) slip
    WHERE slip.state = ANY (%(states)s)
      AND (%(grid)s = '' OR slip.grid_id = (SELECT id FROM grids_grid WHERE code = %(grid)s))
      AND (%(product)s = '' OR EXISTS (
          SELECT FROM acceptance_slipline line WHERE line.slip_id = slip.id AND line.product_id = %(product)s))
      AND (%(after)s = '' OR (slip.submitted_at, slip.id) > (
          SELECT submitted_at, id FROM acceptance_slip WHERE number = %(after)s AND hall_id = ANY (%(halls)s)))
    ORDER BY slip.submitted_at, slip.id
    LIMIT %(limit)s
)
SELECT page.number, page.contact_name AS contact, coalesce(household.address, page.typed_address) AS address,
       manager.name AS manager, page.state,
       ARRAY(SELECT product.name
             FROM acceptance_slipline line JOIN acceptance_product product ON product.code = line.product_id
             WHERE line.slip_id = page.id
             ORDER BY line.position) AS products,
       page.claimed_by_id AS holder,
       (SELECT name FROM managers_operator WHERE id = page.claimed_by_id) AS holder_name,
       page.state_at, page.clock_from, page.received_at, page.submitted_at
FROM page
JOIN managers_manager manager ON manager.id = page.manager_id
LEFT JOIN customers_household household ON household.id = page.household_id
ORDER BY page.submitted_at, page.id
