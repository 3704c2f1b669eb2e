-- Found when the file came, not on the day the demo was built.
UPDATE acceptance_difference line
SET found_at = least(line.found_at, acceptance.accepted_on + interval '32 hours'),
    due_on = least(line.due_on, acceptance.accepted_on + 6)
FROM acceptance_acceptance acceptance
WHERE acceptance.id = line.acceptance_id;
