"""DDL made from `columns.py`: one text for a laptop and for a cluster, with two substitutions.

`{on_cluster}` is empty or `ON CLUSTER 'name'`, the engine is plain or replicated. Nothing else may differ, so that what is tested
in the process is what runs on a cluster.
"""

from dataclasses import dataclass

from pellucid_server.store.spans.columns import TABLES, Column, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """Where the tables live: one engine, or a cluster with replicas."""

    cluster: str = ""
    """The cluster's name in the server's configuration; empty for one engine."""

    @property
    def on_cluster(self) -> str:
        """The clause for DDL statements."""
        return f" ON CLUSTER '{self.cluster}'" if self.cluster else ""

    @property
    def engine(self) -> str:
        """The table engine: the newest version of a row wins, and a deleted newest version hides it."""
        if not self.cluster:
            return "ReplacingMergeTree(version, is_deleted)"
        return "ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version, is_deleted)"


EMBEDDED = Topology()

OLD_PARTS_S = 60
"""How long parts that were merged into another stay on disk. The engine keeps them for eight minutes because it does not wait for the
merged part to be on disk; here it does, and a stream of spans need not take three times its room."""


def column_ddl(column: Column) -> str:
    """One column as it stands in CREATE TABLE."""
    codec = f" {column.codec}" if column.codec else ""
    return f"`{column.name}` {column.type}{codec}"


def create_table(table: Table, topology: Topology = EMBEDDED) -> str:
    """The statement that makes `table` where it is missing."""
    lines = [column_ddl(column) for column in table.columns]
    lines += [f"INDEX ix_{column.name} {column.name} TYPE {column.index}" for column in table.columns if column.index]
    body = ",\n  ".join(lines)
    index = f"PRIMARY KEY ({table.primary})\n" if table.primary else ""
    return (
        f"CREATE TABLE IF NOT EXISTS {table.name}{topology.on_cluster}\n(\n  {body}\n)\n"
        f"ENGINE = {topology.engine}\n"
        f"PARTITION BY {table.partition}\n{index}"
        f"ORDER BY ({table.key})\n"
        f"SETTINGS index_granularity = {table.granularity}, enable_block_number_column = 0, "
        f"min_compress_block_size = {table.block_bytes}, "
        "fsync_after_insert = 1, fsync_part_directory = 1, "
        f"min_rows_to_fsync_after_merge = 1, old_parts_lifetime = {OLD_PARTS_S}"
    )


def schema(topology: Topology = EMBEDDED) -> tuple[str, ...]:
    """All statements, in order."""
    return tuple(create_table(table, topology) for table in TABLES)
