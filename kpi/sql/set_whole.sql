-- A company is gone through as a whole: what belongs together is found by hashing. Set each time, since few grids may have
-- been scored before in this transaction.
SET LOCAL enable_nestloop = off;
SET LOCAL enable_hashjoin = on;
SET LOCAL enable_mergejoin = off;
