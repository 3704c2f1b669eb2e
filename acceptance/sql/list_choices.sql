-- What a queue can be narrowed by: the grids that some halls serve on a day, then the products that are sold.
SELECT 'grid' AS kind, code, name, 0 AS position FROM grids_grid WHERE hall_id = ANY (%(halls)s) AND period @> %(on)s
UNION ALL
SELECT 'product', code, name, position FROM acceptance_product WHERE is_sold
ORDER BY kind, position, code
