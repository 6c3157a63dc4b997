"""The metadata store: everything that is edited rather than streamed, on SQLite or PostgreSQL.

One file an area (`organizations`, `people`, `keys` …): its tables, its frozen records and its repository. A new area adds its file,
a line in `areas.py`, an attribute in `unit.py` and a migration. Nothing here knows rules (who may do what): those are the rooms'.
Rows, sessions and other types of SQLAlchemy never leave this package. Spans and scores are not kept here.
"""
