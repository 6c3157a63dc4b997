"""otlp: OTLP requests, protobuf or JSON, into RawSpans and back into responses. Nothing here knows a GenAI convention."""
