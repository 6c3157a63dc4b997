"""`pellucid doctor`: look at everything and say what is wrong."""

from argparse import Namespace
from collections.abc import Mapping

from pellucid_server.app.examination import examine
from pellucid_server.app.settings import read_settings


def run(arguments: Namespace, environment: Mapping[str, str]) -> int:
    """Print what is found; 1 where something is wrong."""
    findings = list(examine(read_settings(environment, data=arguments.data, port=arguments.port)))
    for finding in findings:
        print(f"{'ok   ' if finding.ok else 'WRONG'}  {finding.what}")
        if not finding.ok and finding.next_act:
            print(f"       → {finding.next_act}")
    return 0 if all(finding.ok for finding in findings) else 1
