ANALYZE staged;
