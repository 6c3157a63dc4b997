"""pellucid_server."""
