-- A person who served one grid alone carries its items as they are; one of several receives their mean, weighted by days,
-- over the grids where the item is scored. The figures behind it stay empty: a sum over several would say nothing.
INSERT INTO kpi_item (manager_id, branch_id, code, status, score)
SELECT service.manager_id, service.branch_id, item.code,
       CASE WHEN bool_or(item.status = 'scored') THEN 'scored'
            WHEN bool_or(item.status = 'no_target') THEN 'no_target' ELSE 'exempt' END,
       kpi_half_up(sum(service.days * item.score) FILTER (WHERE item.status = 'scored'),
                   sum(service.days) FILTER (WHERE item.status = 'scored'), 4)
FROM (
    SELECT *, count(*) OVER (PARTITION BY manager_id) AS grids FROM kpi_service WHERE branch_id = ANY(%(branches)s)
) service
JOIN kpi_item item USING (grid_id)
JOIN kpi_indicator indicator
  ON indicator.scheme_id = %(scheme)s AND indicator.code = item.code AND indicator.level = 'grid'
WHERE service.grids > 1
GROUP BY service.manager_id, service.branch_id, item.code;
