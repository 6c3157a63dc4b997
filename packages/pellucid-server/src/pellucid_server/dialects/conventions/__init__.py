"""One file a convention. A new one is a file here, a line in `registry`, and a capture in `tests/corpus`."""
