"""The servers that are measured, a file each. What is asked of all of them stands in `port`."""
