"""Judges: models that grade. `form` says what an answer looks like and how it becomes a value, `asking` makes the request, `families`
guards against a model that grades its own kin."""
