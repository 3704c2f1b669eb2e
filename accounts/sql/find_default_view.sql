-- The view that a page opens with for a person, asked for with every request of such a page.
SELECT query FROM accounts_savedview WHERE owner_id = %(owner)s AND page = %(page)s AND is_default
