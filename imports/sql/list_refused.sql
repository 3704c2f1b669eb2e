SELECT DISTINCT line, code, first, second FROM staged_reason ORDER BY line, code, first;
