-- What an operator was handed and hasn't read yet, at some halls.
SELECT giver.name AS giver, handover.slips, handover.note, handover.at
FROM acceptance_handover handover JOIN managers_operator giver ON giver.id = handover.giver_id
WHERE handover.receiver_id = %(receiver)s AND handover.seen_at IS NULL AND handover.hall_id = ANY (%(halls)s)
ORDER BY handover.id
