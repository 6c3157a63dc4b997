"""What is done with many traces at once: an action, chosen traces, and a durable run that does it while people go on."""
