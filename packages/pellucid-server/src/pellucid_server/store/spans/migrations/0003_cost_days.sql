-- Days of cost, kept longer than the spans.
CREATE TABLE IF NOT EXISTS cost_days{on_cluster}
(
  `project_id` LowCardinality(String),
  `day` DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  `feature` LowCardinality(String),
  `user_tier` LowCardinality(String),
  `environment` LowCardinality(String),
  `experiment` LowCardinality(String),
  `provider` LowCardinality(String),
  `model` LowCardinality(String),
  `prompt_name` LowCardinality(String),
  `prompt_version` LowCardinality(String),
  `version` UInt64,
  `is_deleted` UInt8,
  `calls` UInt64,
  `unpriced` UInt64,
  `input_tokens` UInt64,
  `output_tokens` UInt64,
  `cost` Float64,
  `cost_input` Float64,
  `cost_output` Float64,
  `cost_fixed` Float64
)
ENGINE = {engine}
PARTITION BY toYYYYMM(day, 'UTC')
ORDER BY (project_id, day, feature, user_tier, environment, experiment, provider, model, prompt_name, prompt_version)
SETTINGS index_granularity = 1024, enable_block_number_column = 0, min_compress_block_size = 65536, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, old_parts_lifetime = 60;
