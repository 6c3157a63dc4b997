/** Changes of the ledger shortly before an incident began: the suspects, the nearest first. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { changesQuery } from "@/api/dashboards";
import { changesBefore } from "@/domain/monitors";
import { Badge } from "@/ui/controls";
import { Clock } from "@/ui/values";

const REACH_MS = 2 * 86_400_000;
const SHOWN = 12;

export function ChangesBefore({ began }: { began: string }) {
  const at = Date.parse(began);
  const range = { from: new Date(at - REACH_MS).toISOString(), to: new Date(at + 60_000).toISOString() };
  const query = useQuery(changesQuery(range));
  const shown = changesBefore(query.data ?? [], at, REACH_MS).slice(0, SHOWN);
  return (
    <section>
      <h2 className="mb-2">Changed in the two days before</h2>
      <ul aria-label="Changes before">
        {shown.map((change) => (
          <li key={change.id} className="flex flex-wrap items-center gap-x-3 border-b border-grid py-1.5 text-label">
            <span className="w-52 shrink-0 text-fg-2">
              <Clock time={change.time} clock="full" />
            </span>
            <Badge>{change.kind.replaceAll("_", " ")}</Badge>
            <Link
              to="/changes/$changeId"
              params={{ changeId: change.id } as never}
              className="recorded min-w-0 flex-1 hover:underline"
            >
              {change.title}
            </Link>
          </li>
        ))}
        {query.data && shown.length === 0 && <li className="text-label text-fg-3">Nothing that is on record.</li>}
      </ul>
      <Link to="/changes" search={range as never} className="link text-label">
        All changes
      </Link>
    </section>
  );
}
