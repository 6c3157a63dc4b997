"""Speed where it is felt: the interface in Chromium, over a data directory with a million spans behind it."""
