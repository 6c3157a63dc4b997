"""HTTP to places that users name: guarded against reaching what only this machine may reach, signed, retried and logged."""
