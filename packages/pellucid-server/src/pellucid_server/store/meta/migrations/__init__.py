"""Alembic's folder: `env.py` is run by it, `versions` are the migrations in order. Nobody imports from here."""
