SELECT setval('acceptance_slip_no', greatest(1, %(last)s %% 99999));
