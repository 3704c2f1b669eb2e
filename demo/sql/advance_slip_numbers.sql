-- The demo numbers each day from 1: the next slip of any day has to come after.
SELECT setval('acceptance_slip_no', greatest(1, max(right(number, 5)::int))) FROM acceptance_slip;
