-- People of a month, best first. `developed` is what each won in the products of the scheme, by share, net of what was
-- cancelled: shown beside the score, not part of it. Generations as in list_league.
WITH shown AS (
    SELECT score.*, rank() OVER (ORDER BY score.total DESC) AS rank_in_company
    FROM unnest(%(branches)s::bigint[], %(runs)s::bigint[]) AS generation (branch_id, run_id)
    JOIN kpi_score score USING (branch_id, run_id)
    WHERE score.manager_id IS NOT NULL
), before AS (
    SELECT score.manager_id, score.total, score.rank_in_branch,
           rank() OVER (ORDER BY score.total DESC) AS rank_in_company
    FROM unnest(%(old_branches)s::bigint[], %(old_runs)s::bigint[]) AS generation (branch_id, run_id)
    JOIN kpi_score score USING (branch_id, run_id)
    WHERE score.manager_id IS NOT NULL
), served AS (
    SELECT posting.manager_id, string_agg(grid.name, ' ' ORDER BY posting.period) AS names,
           (array_agg(posting.duty ORDER BY posting.period DESC))[1] AS duty
    FROM managers_posting posting
    JOIN grids_grid grid ON grid.id = posting.grid_id
    WHERE posting.manager_id = ANY (%(managers)s) AND posting.period && daterange(%(first)s, %(next_first)s)
    GROUP BY posting.manager_id
), movement AS (
    SELECT developer_id, co_developer_id, developer_share, 1 AS sign
    FROM acceptance_acceptance
    WHERE accepted_on >= %(first)s AND accepted_on < %(next_first)s AND product_id = ANY (%(products)s)
    UNION ALL
    SELECT developer_id, co_developer_id, developer_share, -1
    FROM acceptance_acceptance
    WHERE cancelled_on >= %(first)s AND cancelled_on < %(next_first)s AND product_id = ANY (%(products)s)
), developed AS (
    SELECT manager_id, sum(part) AS net
    FROM (SELECT developer_id AS manager_id, sign * developer_share / 100 AS part FROM movement
          UNION ALL
          SELECT co_developer_id, sign * (100 - developer_share) / 100 FROM movement WHERE co_developer_id IS NOT NULL
         ) parts
    GROUP BY manager_id
)
SELECT manager.id, manager.staff_no, manager.name, shown.branch_id, branch.code, branch.name,
       shown.total::float8, shown.rank_in_branch, shown.rank_in_company, shown.is_provisional,
       before.total::float8, before.rank_in_branch, before.rank_in_company, coalesce(served.names, ''),
       coalesce(served.duty, ''), shown.days, coalesce(developed.net, 0)::float8
FROM shown
JOIN managers_manager manager ON manager.id = shown.manager_id
JOIN grids_branch branch ON branch.id = shown.branch_id
LEFT JOIN before USING (manager_id)
LEFT JOIN served USING (manager_id)
LEFT JOIN developed USING (manager_id)
WHERE shown.manager_id = ANY (%(managers)s)
ORDER BY shown.total DESC, manager.staff_no
