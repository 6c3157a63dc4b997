"""One port to model providers, for judges, playground and replay: keys, limits, retries, prices, and a span of every call.

Who calls it: rooms and jobs, through `models.LanguageModels`. What must never live here: a table (connections come through a Protocol),
a dialect of spans, or a decision about what is asked.
"""
