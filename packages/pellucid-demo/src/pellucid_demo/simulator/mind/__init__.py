"""How the simulator thinks: from a request in no dialect to text, tool calls or a refusal.

Every decision follows from the text of the request and from the seed. Nothing here reads headers, clocks or names of
stories; whoever wants a worse answer must ask a worse question.
"""
