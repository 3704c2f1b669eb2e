-- Branch and grid as they stood on the day of acceptance; an order that comes again keeps what was copied then.
-- What a hall keyed in keeps its household, product and people. A name without a number is whom its alias says, as long
-- as no second manager of the branch bears it; what the alias credited before stays.
SELECT s.line, coalesce(late.order_no, s.order_no) AS order_no, home.id AS household_id,
       CASE WHEN was.keyed_here THEN was.product_id ELSE s.product_code END AS product_id,
       CASE WHEN was.keyed_here THEN was.channel_id ELSE s.channel END AS channel_id,
       s.accepted_on, s.completed_on, s.cancelled_on,
       CASE WHEN was.keyed_here THEN was.developer_id
            ELSE coalesce(developer.id, CASE WHEN s.developer_no IS NULL THEN alias.manager_id END) END AS developer_id,
       CASE WHEN was.keyed_here THEN was.developer_name ELSE coalesce(s.developer_name, '') END AS developer_name,
       CASE WHEN was.keyed_here THEN coalesce(was.operator_id, operator.id) ELSE operator.id END AS operator_id,
       CASE WHEN was.keyed_here THEN coalesce(was.slip_id, slip.id) ELSE slip.id END AS slip_id,
       CASE WHEN was.household_id = home.id AND was.accepted_on = s.accepted_on THEN was.branch_id
            ELSE home.branch_id END AS branch_id,
       CASE WHEN was.household_id = home.id AND was.accepted_on = s.accepted_on THEN was.grid_id
            ELSE held.grid_id END AS grid_id,
       100 AS developer_share
FROM staged s
LEFT JOIN acceptance_acceptance late ON late.order_no = s.keyed_no
LEFT JOIN acceptance_acceptance was ON was.order_no = coalesce(late.order_no, s.order_no)
JOIN customers_household told ON told.code = s.household_code
JOIN customers_household home ON home.id = CASE WHEN was.keyed_here THEN was.household_id ELSE told.id END
LEFT JOIN grids_gridcommunity held
       ON held.community_id = home.community_id AND held.period @> s.accepted_on
LEFT JOIN managers_manager developer ON developer.staff_no = s.developer_no
LEFT JOIN acceptance_developeralias alias
       ON alias.branch_id = home.branch_id AND alias.name = s.developer_name AND alias.withdrawn_at IS NULL
      AND (alias.manager_id = was.developer_id
           OR 1 >= (SELECT count(*) FROM managers_manager bearer
                    WHERE bearer.branch_id = alias.branch_id AND bearer.name = alias.name))
LEFT JOIN managers_operator operator ON operator.operator_no = s.operator_no
LEFT JOIN acceptance_slip slip ON slip.number = s.slip_no
