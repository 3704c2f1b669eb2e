-- What the counter's panel shows beside the slip itself: what was asked for, whether there is a photo, and the name of
-- the operator who looks at it.
SELECT ARRAY(SELECT product_id FROM acceptance_slipline WHERE slip_id = %(slip)s ORDER BY position)::text[] AS products,
       EXISTS (SELECT FROM acceptance_slipphoto WHERE slip_id = %(slip)s) AS has_photo,
       (SELECT operator_no FROM managers_operator WHERE id = %(operator)s) AS operator_no,
       (SELECT name FROM managers_operator WHERE id = %(operator)s) AS operator_name
