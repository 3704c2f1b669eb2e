-- Notes that a run is done. What a crash may lose of it is found by the sweep, which does the run again.
UPDATE kpi_run
SET status = 'done', finished_at = %(at)s, heartbeat_at = %(at)s, steps_done = %(steps)s, steps_total = %(steps)s,
    grid_count = %(grids)s, person_count = %(people)s
WHERE id = %(run)s AND status = 'running';
