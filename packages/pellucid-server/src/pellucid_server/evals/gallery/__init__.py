"""The gallery: ready evaluators to begin with. A copy is the user's own; the gallery may change without changing it."""
