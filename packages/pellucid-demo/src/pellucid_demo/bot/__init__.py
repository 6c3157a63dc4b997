"""The support assistant of Harbour, an invented service for boards and cards: an app as people really build them.

It calls the OpenAI and Anthropic SDKs, is instrumented by OpenInference and by hand with OpenTelemetry, and knows
nothing of simulators, stories or the server that receives its traces.
"""
