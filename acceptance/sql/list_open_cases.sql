-- Faults and complaints that are still open with a household, the longest first.
SELECT id, household_id, kind, number, subject, opened_on
FROM customers_case WHERE household_id = %(household)s AND closed_on IS NULL
ORDER BY opened_on, id
