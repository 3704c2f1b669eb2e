SELECT s.line, s.code, household.id AS household_id, s.product_code, s.opened_on, s.closed_on
FROM staged s JOIN customers_household household ON household.code = s.household_code
