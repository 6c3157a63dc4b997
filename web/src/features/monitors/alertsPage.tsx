/** Alerts: the rules with how they stand, the channels by which people are told, and maintenance. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { BellRing, Plus } from "lucide-react";
import { type Monitor, monitorsQuery } from "@/api/monitors";
import { carried } from "@/domain/address";
import { describeRule, formatValue, worstStatus } from "@/domain/monitors";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Button, Segments } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { usePreference } from "@/ui/preferences";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { Age } from "@/ui/values";
import { Channels } from "./channels";
import { MaintenanceView } from "./maintenance";
import { SeverityBadge, StatusBadge } from "./parts";

const TABS = [
  { value: "rules", label: "Rules" },
  { value: "channels", label: "Channels" },
  { value: "maintenance", label: "Maintenance" },
] as const;
type Tab = (typeof TABS)[number]["value"];

const ORDER = ["firing", "quiet", "ok", "too_few", "no_data", "waiting", "off"];

function statusOf(monitor: Monitor): string {
  return monitor.enabled ? worstStatus(monitor.states) : "off";
}

/** The segment that a line speaks for: the one that fires, else the only one. */
function shownState(monitor: Monitor) {
  return monitor.states.find((state) => state.status === "firing") ?? monitor.states[0];
}

const COLUMNS: readonly DataColumn<Monitor>[] = [
  { id: "status", label: "State", width: 130, cell: (row) => <StatusBadge status={statusOf(row)} /> },
  {
    id: "name",
    label: "Rule",
    width: 220,
    cell: (row) => (
      <Link
        to="/alerts/$monitorId"
        params={{ monitorId: row.id }}
        search={(old) => carried(old)}
        className="recorded font-medium"
      >
        {row.name}
      </Link>
    ),
  },
  { id: "severity", label: "Severity", width: 100, cell: (row) => <SeverityBadge severity={row.severity} /> },
  {
    id: "when",
    label: "Fires when",
    width: 380,
    grow: true,
    cell: (row) => <span className="recorded text-fg-2">{describeRule(row.rule)}</span>,
  },
  {
    id: "segment",
    label: "Segments",
    width: 130,
    cell: (row) => <span className="recorded text-fg-2">{segmentsOf(row)}</span>,
  },
  {
    id: "value",
    label: "Value",
    width: 90,
    align: "right",
    cell: (row) => formatValue(row.rule, shownState(row)?.value ?? null),
  },
  {
    id: "bound",
    label: "Bound",
    width: 90,
    align: "right",
    cell: (row) => formatValue(row.rule, shownState(row)?.bound ?? null),
  },
  { id: "n", label: "n", width: 70, align: "right", cell: (row) => shownState(row)?.n ?? "–" },
  {
    id: "looked",
    label: "Looked",
    width: 80,
    align: "right",
    cell: (row) => (shownState(row) ? <Age time={shownState(row)?.evaluated_time ?? ""} /> : "–"),
  },
];

function segmentsOf(monitor: Monitor): string {
  const firing = monitor.states.filter((state) => state.status === "firing");
  if (firing.length > 0) return firing.map((state) => state.segment || "all").join(", ");
  return monitor.states.length > 1 ? `${monitor.states.length}` : (monitor.states[0]?.segment ?? "");
}

export default function AlertsPage() {
  const [search, patch] = useAddress();
  const navigate = useNavigate();
  const tab = TABS.find(({ value }) => value === search.tab)?.value ?? "rules";
  return (
    <>
      <PageHeader
        title="Alerts"
        timeless
        actions={
          <Button
            icon={Plus}
            onClick={() => void navigate({ to: "/alerts/$monitorId", params: { monitorId: "new" } } as never)}
          >
            New rule
          </Button>
        }
      />
      <div className="flex h-12 shrink-0 items-center border-b border-line px-3 wide:px-4">
        <Segments<Tab>
          label="Part of alerts"
          value={tab}
          options={TABS}
          onChange={(next) => patch({ tab: next === "rules" ? null : next })}
        />
      </div>
      {tab === "rules" && <Rules />}
      {tab === "channels" && <Channels />}
      {tab === "maintenance" && <MaintenanceView />}
    </>
  );
}

function Rules() {
  const query = useQuery(monitorsQuery());
  const navigate = useNavigate();
  const [search] = useAddress();
  const [density] = usePreference("density");
  const waiting = useLate(query.isPending);
  const rows = [...(query.data ?? [])].sort(
    (a, b) => ORDER.indexOf(statusOf(a)) - ORDER.indexOf(statusOf(b)) || a.name.localeCompare(b.name),
  );
  const open = (row: Monitor) =>
    void navigate({ to: "/alerts/$monitorId", params: { monitorId: row.id }, search: carried(search) } as never);
  return (
    <>
      {query.error && !query.data && (
        <Problem error={query.error} what="The rules" onRetry={() => void query.refetch()} />
      )}
      {waiting && <SkeletonRows />}
      {query.data?.length === 0 && (
        <Empty icon={BellRing} title="No rules yet">
          The starter pack is installed within half a minute of the server's start. Or make a rule of your own: it shows
          what it would have done in the last weeks before you save it.
        </Empty>
      )}
      {rows.length > 0 && (
        <DataTable
          label="Rules"
          storageKey="alerts"
          rows={rows}
          columns={COLUMNS}
          getId={(row) => row.id}
          density={density}
          onOpen={open}
          card={(row) => (
            <div className="flex h-full items-center gap-2">
              <span className="recorded cut flex-1 font-medium">{row.name}</span>
              <SeverityBadge severity={row.severity} />
              <StatusBadge status={statusOf(row)} />
            </div>
          )}
        />
      )}
    </>
  );
}
