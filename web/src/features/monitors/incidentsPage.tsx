/** Incidents: what is open, and what was. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ShieldCheck } from "lucide-react";
import { type Incident, incidentsQuery } from "@/api/monitors";
import { carried } from "@/domain/address";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Segments } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { ListStates } from "@/ui/listPage";
import { usePreference } from "@/ui/preferences";
import { Empty } from "@/ui/states";
import { Age } from "@/ui/values";
import { actorName, SeverityBadge, StateBadge } from "./parts";

const VIEWS = [
  { value: "running", label: "Open" },
  { value: "resolved", label: "Resolved" },
  { value: "all", label: "All" },
] as const;
type View = (typeof VIEWS)[number]["value"];
const STATES: Record<View, readonly string[]> = {
  running: ["open", "acknowledged"],
  resolved: ["resolved"],
  all: [],
};

const COLUMNS: readonly DataColumn<Incident>[] = [
  { id: "state", label: "State", width: 130, cell: (row) => <StateBadge state={row.state} /> },
  { id: "severity", label: "Severity", width: 100, cell: (row) => <SeverityBadge severity={row.severity} /> },
  {
    id: "title",
    label: "Incident",
    width: 320,
    grow: true,
    cell: (row) => (
      <Link
        to="/incidents/$incidentId"
        params={{ incidentId: row.id }}
        search={(old) => carried(old)}
        className="recorded font-medium"
      >
        {row.title}
      </Link>
    ),
  },
  { id: "breaches", label: "Breaches", width: 84, align: "right", cell: (row) => row.members.length },
  { id: "began", label: "Began", width: 84, align: "right", cell: (row) => <Age time={row.began_time} /> },
  { id: "opened", label: "Opened", width: 84, align: "right", cell: (row) => <Age time={row.opened_time} /> },
  {
    id: "by",
    label: "Ended by",
    width: 150,
    cell: (row) => (
      <span className="text-fg-2">
        {row.resolved_by && actorName(row.resolved_by)}
        {row.feedback && `, ${row.feedback}`}
      </span>
    ),
  },
];

export default function IncidentsPage() {
  const [search, patch] = useAddress();
  const navigate = useNavigate();
  const [density] = usePreference("density");
  const view = VIEWS.find(({ value }) => value === search.tab)?.value ?? "running";
  const query = useInfiniteQuery(incidentsQuery(STATES[view]));
  const rows = query.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <>
      <PageHeader title="Incidents" timeless />
      <div className="flex h-12 shrink-0 items-center border-b border-line px-3 wide:px-4">
        <Segments<View>
          label="Which incidents"
          value={view}
          options={VIEWS}
          onChange={(next) => patch({ tab: next === "running" ? null : next })}
        />
      </div>
      <ListStates
        query={query}
        what="The incidents"
        count={rows.length}
        empty={
          <Empty icon={ShieldCheck} title={view === "running" ? "Nothing is wrong" : "No incidents yet"}>
            Incidents open when a rule of the{" "}
            <Link to="/alerts" className="link underline">
              alerts
            </Link>{" "}
            is breached, and end when all is back to normal.
          </Empty>
        }
      >
        <DataTable
          label="Incidents"
          storageKey="incidents"
          rows={rows}
          columns={COLUMNS}
          getId={(row) => row.id}
          density={density}
          onNearEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
          onOpen={(row) =>
            void navigate({
              to: "/incidents/$incidentId",
              params: { incidentId: row.id },
              search: carried(search),
            } as never)
          }
          card={(row) => (
            <div className="flex h-full items-center gap-2">
              <span className="recorded cut flex-1 font-medium">{row.title}</span>
              <SeverityBadge severity={row.severity} />
              <StateBadge state={row.state} />
            </div>
          )}
        />
      </ListStates>
    </>
  );
}
