/** One incident: what broke, the traces behind it, what was changed before, what happened since, and what to do. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { BellOff, Check, CheckCheck, Smile } from "lucide-react";
import { type Act, actOnIncident, type IncidentFile, incidentQuery, type Member } from "@/api/monitors";
import { carried } from "@/domain/address";
import { shortId } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { Button } from "@/ui/controls";
import { Menu, MenuItem } from "@/ui/overlays";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { complain } from "@/ui/toasts";
import { Age, Clock } from "@/ui/values";
import { ChangesBefore } from "./changesBefore";
import { IncidentHistory } from "./incidentHistory";
import { actorName, SeverityBadge, StateBadge } from "./parts";

const SNOOZES = [
  ["1 hour", 3_600_000],
  ["4 hours", 14_400_000],
  ["1 day", 86_400_000],
] as const;
/** Around a breach, so that its traces are all in view. */
const MARGIN_MS = 60_000;

export default function IncidentPage() {
  const { incidentId } = useParams({ strict: false }) as { incidentId: string };
  const query = useQuery(incidentQuery(incidentId));
  const waiting = useLate(query.isPending);
  const incident = query.data;
  return (
    <>
      <PageHeader
        title={incident?.title ?? "Incident"}
        timeless
        crumbs={
          <span className="flex min-w-0 items-center gap-1.5">
            <Link to="/incidents" search={(old) => carried(old)} className="text-fg-2 hover:text-fg">
              Incidents
            </Link>
            <span className="text-fg-3">/</span>
            <span className="recorded cut font-medium">{incident?.title ?? "…"}</span>
          </span>
        }
      />
      {query.error && !incident && (
        <Problem error={query.error} what="The incident" onRetry={() => void query.refetch()} />
      )}
      {waiting && <SkeletonRows />}
      {incident && <File incident={incident} />}
    </>
  );
}

function File({ incident }: { incident: IncidentFile }) {
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="Incident"
      className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto px-4 py-4 wide:px-6"
    >
      <div className="flex flex-wrap items-center gap-3">
        <StateBadge state={incident.state} />
        <SeverityBadge severity={incident.severity} />
        <span className="text-label text-fg-2">
          began <Age time={incident.began_time} ago />, opened <Clock time={incident.opened_time} clock="full" />
          {incident.acknowledged_by && `, acknowledged by ${actorName(incident.acknowledged_by)}`}
          {incident.resolved_by && `, ended by ${actorName(incident.resolved_by)}`}
          {incident.feedback && ` as ${incident.feedback}`}
        </span>
        <span className="flex-1" />
        {incident.state !== "resolved" && <Acts incident={incident} />}
      </div>
      <section>
        <h2 className="mb-2">What broke</h2>
        <ul aria-label="Breaches" className="flex flex-col">
          {incident.members.map((member) => (
            <Breach key={`${member.monitor_id} ${member.segment}`} member={member} />
          ))}
        </ul>
      </section>
      <ChangesBefore began={incident.began_time} />
      <IncidentHistory incident={incident} />
    </div>
  );
}

function Breach({ member }: { member: Member }) {
  const range = {
    from: new Date(Date.parse(member.window_start) - MARGIN_MS).toISOString(),
    to: new Date(Date.parse(member.window_end) + MARGIN_MS).toISOString(),
    filter: member.evidence || undefined,
  };
  return (
    <li className="flex flex-col gap-1 border-b border-line py-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <SeverityBadge severity={member.severity} />
        <Link
          to="/alerts/$monitorId"
          params={{ monitorId: member.monitor_id } as never}
          className="recorded font-medium hover:underline"
        >
          {member.name}
        </Link>
        <span className="recorded min-w-0 flex-1 text-label text-fg-2">{member.text}</span>
        <span className="text-label text-fg-3">
          {member.recovered_time ? (
            <>
              back to normal <Age time={member.recovered_time} ago />
            </>
          ) : (
            <>
              since <Age time={member.breached_time} ago />
            </>
          )}
        </span>
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-label">
        <Link to="/traces" search={range as never} className="link">
          All traces behind it
        </Link>
        {member.traces.map((trace) => (
          <Link
            key={trace}
            to="/traces/$traceId"
            params={{ traceId: trace } as never}
            className="mono-s text-fg-2 hover:underline"
          >
            {shortId(trace)}
          </Link>
        ))}
      </div>
    </li>
  );
}

function Acts({ incident }: { incident: IncidentFile }) {
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (what: Act) => actOnIncident(incident.id, what),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["incident", incident.id] });
      void client.invalidateQueries({ queryKey: ["incidents"] });
    },
    onError: (error) => complain(error),
  });
  const snooze = (ms: number) =>
    act.mutate({ verb: "snooze", body: { until: new Date(Date.now() + ms).toISOString() } });
  return (
    <div className="flex flex-wrap items-center gap-2">
      {incident.state === "open" && (
        <Button
          look="primary"
          icon={Check}
          disabled={act.isPending}
          onClick={() => act.mutate({ verb: "acknowledge" })}
        >
          Acknowledge
        </Button>
      )}
      <Menu trigger={<Button icon={BellOff}>Snooze</Button>}>
        {SNOOZES.map(([label, ms]) => (
          <MenuItem key={label} onSelect={() => snooze(ms)}>
            {label}
          </MenuItem>
        ))}
      </Menu>
      <Button
        icon={Smile}
        disabled={act.isPending}
        onClick={() => act.mutate({ verb: "resolve", body: { benign: true } })}
      >
        Benign
      </Button>
      <Button icon={CheckCheck} disabled={act.isPending} onClick={() => act.mutate({ verb: "resolve" })}>
        Resolve
      </Button>
    </div>
  );
}
