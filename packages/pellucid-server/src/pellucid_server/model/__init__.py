"""model: what a span, message, usage, cost and score IS. Frozen types, standard library only; no behaviour beyond derived facts."""
