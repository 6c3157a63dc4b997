"""What people keep about what they see: saved views and comments. Charts on a page of one's own and budgets will live here too."""
