"""Pages of this room: slips and the hall's queue here, reports.py and search.py by their own nouns."""
