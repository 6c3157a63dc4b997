"""What each provider speaks: one file a provider, each a `Wire`. Written here, because replay must send exactly what was recorded."""
