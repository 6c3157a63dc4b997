"""Clients of model providers, wrapped in place: `wrap(client)`.

`wrap` finds the seam of a client, `stainless` is the one that OpenAI's and Anthropic's SDKs share, `functions` wraps
single functions (Google, LiteLLM), `recording` is what all do with a call. `openai_chat`, `openai_responses`,
`openai_embeddings`, `anthropic_messages` and `google_content` each know one provider's shapes, and no SDK:
they read plain dicts.
"""
