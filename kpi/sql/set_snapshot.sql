-- Every statement of this transaction sees the same moment. A page read out of order costs little more than the next
-- one: what a few grids or lost lines need is looked up, not found by reading everything.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;
SET LOCAL random_page_cost = 1.1;
