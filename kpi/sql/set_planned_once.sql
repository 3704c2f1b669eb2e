-- Plans are made once, for whatever values.
SET LOCAL plan_cache_mode = force_generic_plan;
