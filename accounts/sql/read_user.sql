-- The user of a session.
SELECT * FROM accounts_user WHERE id = %(pk)s
