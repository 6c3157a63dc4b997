"""The engine of durable runs, measured."""
