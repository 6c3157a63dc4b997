"""Bias tests of a judge: the same cases judged again, longer, reworded, and two at a time. `probing` asks, `findings` says what it means,
`running` does it as a durable run, `service` starts and reads it."""
