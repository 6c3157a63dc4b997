"""store.spans: the analytic store. Spans, payloads and scores on ClickHouse, in the process (chDB) or over HTTP.

`columns.py` is the only list of columns; `schema.py` and `sql/` make tables of it; `drivers/` is the only place that knows a driver;
`writer.py` writes encoded batches; `filter_sql.py` turns the filter language's tree into typed SQL. Nothing here knows the metadata store.
"""
