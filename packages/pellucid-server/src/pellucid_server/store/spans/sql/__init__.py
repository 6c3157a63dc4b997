"""sql: one file a resource, functions that make statements. Pure text and parameters; `reader.py` runs them, `query` combines them.

Each statement starts from `filter_sql.scope_condition`, so none can be written without a project. Selected expressions carry no aliases
(an alias would shadow the column of that name); the names of a row stand beside its expressions in the same table.
"""
