-- Days of cost by user and tool too. The index stays as it was: a key can only grow at its end.
ALTER TABLE cost_days{on_cluster}
  ADD COLUMN IF NOT EXISTS `user_id` String CODEC(ZSTD(1)) AFTER prompt_version,
  ADD COLUMN IF NOT EXISTS `tool_name` LowCardinality(String) AFTER user_id,
  MODIFY ORDER BY (project_id, day, feature, user_tier, environment, experiment, provider, model, prompt_name, prompt_version, user_id, tool_name);
