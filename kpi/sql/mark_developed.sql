-- One text for what people have won in a month, which the league shows beside their scores: it changes with every
-- acceptance and cancellation of the month, and with whom they are credited to. One pass: a record that is both counts once.
SELECT concat_ws(' ', count(*), bit_xor(hash_record_extended(
    ROW(id, product_id, developer_id, co_developer_id, developer_share, accepted_on, cancelled_on), 0)))
FROM acceptance_acceptance
WHERE (accepted_on >= %(first)s AND accepted_on < %(next_first)s)
   OR (cancelled_on >= %(first)s AND cancelled_on < %(next_first)s);
