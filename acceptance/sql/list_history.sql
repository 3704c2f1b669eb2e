-- What happened to a slip, oldest first, with the names of who did it and who got it.
SELECT event.id, event.slip_id, event.from_state, event.to_state, event.at, event.note, event.by_id,
       event.claimed_by_id, person.name AS by_name, person.staff_code AS by_staff_code, holder.name AS claimed_by_name
FROM acceptance_slipevent event
JOIN accounts_user person ON person.id = event.by_id
LEFT JOIN managers_operator holder ON holder.id = event.claimed_by_id
WHERE event.slip_id = %(slip)s
ORDER BY event.at, event.id
