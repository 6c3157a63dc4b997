"""benchmarks: programs that measure, never tests with a clock. Each prints what it measured, on what, and when."""
