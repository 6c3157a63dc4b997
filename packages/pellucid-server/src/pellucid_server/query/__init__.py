"""query: the way out. Read verbs over spans and scores, each bound to a `Scope`; none can be asked without a project.

`queries.py` joins the verbs; each of the other modules is one resource. SQL lives in `store.spans.sql`, JSON in `api.wire`. The one verb
that writes is `scores.Scores.write`: a score is data about spans, and belongs beside its reading.
"""
