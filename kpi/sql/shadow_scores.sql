-- A temporary table that stands before the real one of the same name: what is scored from here on to the end of the
-- transaction is stored nowhere, shown to nobody and held by no guard of a closed month.
DROP TABLE IF EXISTS pg_temp.kpi_score;
CREATE TEMP TABLE kpi_score (LIKE kpi_score INCLUDING ALL) ON COMMIT DROP;
