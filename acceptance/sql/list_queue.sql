-- A page of the slips that wait at some halls, longest wait first; the index of open slips holds them in this order.
SELECT slip.number, slip.contact_name, coalesce(household.address, slip.typed_address), manager.name, slip.state,
       ARRAY(SELECT product.name
             FROM acceptance_slipline line JOIN acceptance_product product ON product.code = line.product_id
             WHERE line.slip_id = slip.id
             ORDER BY line.position),
       slip.claimed_by_id, holder.name, slip.state_at, slip.clock_from, slip.received_at,
       slip.submitted_at
FROM acceptance_slip slip
JOIN managers_manager manager ON manager.id = slip.manager_id
LEFT JOIN customers_household household ON household.id = slip.household_id
LEFT JOIN managers_operator holder ON holder.id = slip.claimed_by_id
WHERE slip.hall_id = ANY (%(halls)s::bigint[])
  AND slip.state = ANY (%(states)s)
  -- Word for word what the index says of its rows, unless those returned are asked for.
  AND (%(returned)s OR slip.state IN ('submitted', 'transferred', 'received', 'working'))
  AND (%(grid)s = '' OR slip.grid_id = (SELECT id FROM grids_grid WHERE code = %(grid)s))
  AND (%(product)s = '' OR EXISTS (
      SELECT FROM acceptance_slipline line WHERE line.slip_id = slip.id AND line.product_id = %(product)s))
  AND (%(after)s = '' OR (slip.submitted_at, slip.id) > (
      SELECT submitted_at, id FROM acceptance_slip WHERE number = %(after)s AND hall_id = ANY (%(halls)s::bigint[])))
ORDER BY slip.submitted_at, slip.id
LIMIT %(limit)s
