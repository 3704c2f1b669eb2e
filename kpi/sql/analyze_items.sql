-- A few items that are not assessed, or all of them, are other plans.
ANALYZE kpi_item (status);
