SELECT day, kind AS arrangement, name
FROM acceptance_specialday
WHERE day >= coalesce(%(start)s::date, '-infinity') AND day < coalesce(%(end)s::date, 'infinity')
ORDER BY day
