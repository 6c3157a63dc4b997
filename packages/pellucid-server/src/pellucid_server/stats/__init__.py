"""stats: every interval and test, once. Pure: numbers in, frozen results out; numpy and scipy only.

Each result carries its interval and its sample size; "cannot tell" is a result. Their coverage and error rates are proved by simulation in
`tests/unit/stats`.
"""
