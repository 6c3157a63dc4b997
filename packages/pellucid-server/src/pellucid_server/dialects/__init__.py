"""dialects: what a span says, in whose convention, and what that means in the canonical model.

`decode.decode` is the only entrance: a merged `RawSpan` in, a `Span` out. One file a convention under `conventions/`; they are
strangers to each other and meet only in `registry`. The modules beside this one are what several conventions need: shapes of
messages, tool definitions, documents, usage, providers. Nothing here reads a clock, a network or a disk, and nothing here raises
because of what a span contains.
"""
