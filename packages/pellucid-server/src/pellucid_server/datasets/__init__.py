"""datasets: cases, experiments over them, and what their comparison says."""
