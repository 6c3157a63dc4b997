"""drivers: the only place that knows `clickhouse_connect` and `chdb`. Everybody else sees the `Driver` port."""
