/** One rule: its fields, what it would have done in the last weeks, and how each segment stands. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { BellRing, Save, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "@/api/client";
import {
  createMonitor,
  deleteMonitor,
  type Monitor,
  type MonitorBody,
  monitorsQuery,
  updateMonitor,
} from "@/api/monitors";
import { carried } from "@/domain/address";
import { describeRule, formatValue } from "@/domain/monitors";
import { PageHeader } from "@/features/frame/pageHeader";
import { Button } from "@/ui/controls";
import { useDelayed } from "@/ui/hooks";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { notify } from "@/ui/toasts";
import { Age } from "@/ui/values";
import { StatusBadge } from "./parts";
import { PreviewPanel } from "./previewPanel";
import { RuleForm } from "./ruleForm";

const FRESH: MonitorBody = {
  name: "",
  severity: "medium",
  enabled: true,
  rule: {
    kind: "absolute",
    measure: "spans",
    filter: "kind:generation",
    condition: "outcome:error",
    threshold: 0.05,
    window_s: 300,
    least_n: 20,
  },
};

export default function MonitorPage() {
  const { monitorId } = useParams({ strict: false }) as { monitorId: string };
  const query = useQuery(monitorsQuery());
  const waiting = useLate(query.isPending);
  const found = query.data?.find(({ id }) => id === monitorId);
  const isNew = monitorId === "new";
  return (
    <>
      <PageHeader
        title={found?.name ?? (isNew ? "New rule" : "Rule")}
        timeless
        crumbs={
          <span className="flex min-w-0 items-center gap-1.5">
            <Link to="/alerts" search={(old) => carried(old)} className="text-fg-2 hover:text-fg">
              Alerts
            </Link>
            <span className="text-fg-3">/</span>
            <span className="recorded cut font-medium">{found?.name ?? (isNew ? "New rule" : "…")}</span>
          </span>
        }
      />
      {query.error && !query.data && (
        <Problem error={query.error} what="The rule" onRetry={() => void query.refetch()} />
      )}
      {waiting && !isNew && <SkeletonRows />}
      {query.data && !found && !isNew && (
        <Empty icon={BellRing} title="There is no such rule">
          It may have been deleted.{" "}
          <Link to="/alerts" className="link underline">
            All rules
          </Link>
        </Empty>
      )}
      {(isNew || found) && <Editor key={found ? `${found.id} ${found.version}` : "new"} monitor={found} />}
    </>
  );
}

function bodyOf({ name, severity, enabled, rule }: MonitorBody): MonitorBody {
  return { name, severity, enabled, rule };
}

function Editor({ monitor }: { monitor: Monitor | undefined }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [body, setBody] = useState(() => bodyOf(monitor ?? FRESH));
  const settled = useDelayed(body.rule, 400);
  const back = () => {
    void client.invalidateQueries({ queryKey: ["monitors"] });
    void navigate({ to: "/alerts" } as never);
  };
  const said = (error: Error) =>
    notify(`It was not saved. ${error instanceof ApiProblem && error.detail ? error.detail : error.message}`, {
      tone: "error",
    });
  const save = useMutation({
    mutationFn: () =>
      monitor ? updateMonitor(monitor.id, { ...body, version: monitor.version }) : createMonitor(body),
    onSuccess: (made) => {
      notify(`Rule “${made.name}” saved`);
      back();
    },
    onError: said,
  });
  const remove = useMutation({ mutationFn: () => deleteMonitor(monitor?.id ?? ""), onSuccess: back, onError: said });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="Rule"
      className="grid min-h-0 flex-1 content-start gap-6 overflow-y-auto px-4 py-4 wide:grid-cols-[minmax(320px,420px)_minmax(0,1fr)] wide:px-6"
    >
      <form onSubmit={submit} aria-label="The rule" className="flex flex-col gap-3">
        <RuleForm body={body} onChange={setBody} />
        <p className="text-label text-fg-2">
          Fires when <span className="recorded text-fg">{describeRule(body.rule)}</span>.
        </p>
        <div className="flex gap-2">
          <Button type="submit" look="primary" icon={Save} disabled={!body.name.trim() || save.isPending}>
            {monitor ? "Save the rule" : "Make the rule"}
          </Button>
          {monitor && (
            <Button look="danger" icon={Trash2} disabled={remove.isPending} onClick={() => remove.mutate()}>
              Delete
            </Button>
          )}
        </div>
      </form>
      <div className="flex min-w-0 flex-col gap-6">
        <PreviewPanel rule={settled} />
        {monitor && monitor.states.length > 0 && <States monitor={monitor} />}
      </div>
    </div>
  );
}

function States({ monitor }: { monitor: Monitor }) {
  return (
    <section>
      <h2 className="mb-2">Now</h2>
      <ul aria-label="Segments">
        {monitor.states.map((state) => (
          <li
            key={state.segment}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-grid py-1.5 text-label"
          >
            <span className="w-32">
              <StatusBadge status={state.status} />
            </span>
            <span className="recorded cut min-w-0 flex-1">{state.segment || "All traffic"}</span>
            <span className="num">{formatValue(monitor.rule, state.value)}</span>
            <span className="num text-fg-3">bound {formatValue(monitor.rule, state.bound)}</span>
            <span className="num w-20 text-right text-fg-3">n = {state.n}</span>
            <span className="w-16 text-right text-fg-3">
              <Age time={state.since} />
            </span>
            {state.incident_id && (
              <Link to="/incidents/$incidentId" params={{ incidentId: state.incident_id } as never} className="link">
                Incident
              </Link>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
