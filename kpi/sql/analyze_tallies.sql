-- Until then the planner takes a newly counted month for empty.
ANALYZE kpi_tally;
