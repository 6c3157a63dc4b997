"""The providers' own JSON: one module a dialect, each with `decode`, `encode` and `stream`."""
