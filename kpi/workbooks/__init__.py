"""Files whose cells are formulas: what was scored can be worked out again in any spreadsheet program."""
