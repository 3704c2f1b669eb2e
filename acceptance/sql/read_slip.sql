-- One slip as the counter shows it, with the names of what it points to, for those who may see it: people of its hall,
-- of its grid, and its own manager.
SELECT slip.id, slip.number, slip.state, slip.state_at, slip.state_note, slip.clock_from, slip.submitted_at,
       slip.received_at, slip.source, slip.notes, slip.contact_name, slip.contact_phone, slip.typed_address,
       slip.is_cross_grid, slip.branch_id, slip.hall_id, slip.grid_id, slip.manager_id, slip.household_id,
       slip.campaign_id, slip.claimed_by_id, manager.name AS manager_name, manager.staff_no AS manager_staff_no,
       grid.name AS grid_name, household.code AS household_code, household.address AS household_address,
       campaign.name AS campaign_name, holder.name AS claimed_by_name, holder.operator_no AS claimed_by_operator_no
FROM acceptance_slip slip
JOIN managers_manager manager ON manager.id = slip.manager_id
LEFT JOIN grids_grid grid ON grid.id = slip.grid_id
LEFT JOIN customers_household household ON household.id = slip.household_id
LEFT JOIN campaigns_campaign campaign ON campaign.id = slip.campaign_id
LEFT JOIN managers_operator holder ON holder.id = slip.claimed_by_id
WHERE slip.number = %(number)s
  AND (slip.hall_id = ANY (%(halls)s) OR slip.grid_id = ANY (%(grids)s) OR slip.manager_id = %(manager)s)
