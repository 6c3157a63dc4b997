"""A look into a data directory that no server has open: `python -m tests.acceptance.looking FOLDER SQL` prints the rows as JSON."""

import json
import sys

from pellucid_server.store.spans.drivers.clickhouse import connect_embedded
from pellucid_server.store.spans.drivers.port import Statement


def main(path: str, sql: str) -> None:
    """Print the rows."""
    driver = connect_embedded(path)
    print(json.dumps(driver.query(Statement(sql=sql, parameters={})).dicts(), default=str))
    driver.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
