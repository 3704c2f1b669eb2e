-- Temporary tables that stand before the real ones of the same names: what is scored from here on to the end of the
-- transaction is stored nowhere, shown to nobody and held by no guard of a closed month.
DROP TABLE IF EXISTS pg_temp.kpi_itemscore;
DROP TABLE IF EXISTS pg_temp.kpi_score;
CREATE TEMP TABLE kpi_itemscore (LIKE kpi_itemscore INCLUDING ALL) ON COMMIT DROP;
CREATE TEMP TABLE kpi_score (LIKE kpi_score INCLUDING ALL) ON COMMIT DROP;
