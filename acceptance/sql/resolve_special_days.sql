SELECT s.line, s.day, s.arrangement AS kind, s.name FROM staged s
