"""core: errors, ids, clock, bounds. Standard library only; every floor may use it, it uses none."""
