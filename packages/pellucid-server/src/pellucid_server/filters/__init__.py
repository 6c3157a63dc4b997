"""filters: the filter language, text ⇄ tree, and the folding of text for search. Pure; knows fields by a vocabulary, not SQL.

`syntax.py` reads text, `tree.py` is the value that it becomes, `printer.py` writes the canonical text, `tree_json.py`
JSON, `vocabulary.py` says which fields exist, `text.py` folds. Who turns a tree into SQL lives in `store.spans.filter_sql`.
"""
