"""pellucid_demo."""
