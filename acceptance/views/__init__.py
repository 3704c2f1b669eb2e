"""Pages of this room: the field's slips, the hall's queue, households, search, and the volumes that overseers read."""
