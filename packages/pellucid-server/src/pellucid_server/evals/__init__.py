"""The room of evaluators: rules, code and judges that score traffic, how far each judge can be trusted, and what end users say.

`definition` says what an evaluator is, `subject` what it sees, `verdict` what it says; `rules`, `code` and `judges` do the work;
`evaluators` keeps versions, `online` picks the traffic, `trust` holds judges against people, `analysis` turns scores into estimates.
"""
