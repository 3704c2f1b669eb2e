-- The number of an order is the billing system's; what the hall typed is kept with the billed order.
UPDATE acceptance_acceptance keyed SET order_no = staged.order_no
FROM staged
WHERE staged.keyed_no IS NOT NULL AND keyed.order_no = staged.keyed_no;
