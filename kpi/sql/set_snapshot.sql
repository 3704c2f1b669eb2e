-- Every statement of this transaction sees the same moment. A page read out of order costs little more than the next
-- one: the households of a month's lost lines are looked up, not found by reading all households.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SET LOCAL random_page_cost = 1.1;
