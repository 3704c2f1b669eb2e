"""The roof: settings, addresses, jobs' carrier and the embedded servers; no business rules."""
