-- The day a hall wrote, where the billing system's is another: once, when the order first comes.
UPDATE staged SET keyed_on = keyed.accepted_on::text
FROM acceptance_acceptance keyed
WHERE keyed.order_no = coalesce(staged.keyed_no, staged.order_no)
  AND keyed.keyed_here
  AND keyed.accepted_on <> staged.accepted_on
  AND NOT EXISTS (SELECT FROM acceptance_billedorder billed WHERE billed.acceptance_id = keyed.id);
