-- Tools that were offered, each with a hash of its schema; empty for spans that came before.
ALTER TABLE spans{on_cluster} ADD COLUMN IF NOT EXISTS `tool_schemas` Array(LowCardinality(String)) AFTER tool_name;
