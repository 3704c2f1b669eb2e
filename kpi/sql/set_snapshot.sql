-- Every statement of this transaction sees the same moment.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ
