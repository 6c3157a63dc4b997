/** The fields of a rule; only those that its kind reads. */

import type { MonitorBody, Rule, Severity } from "@/api/monitors";
import { KINDS, SEVERITIES } from "@/domain/monitors";
import { Labelled } from "@/features/dashboards/widgetForm";
import { Checkbox, Select, TextInput } from "@/ui/controls";

const WINDOWS = [
  ["300", "5 minutes"],
  ["900", "15 minutes"],
  ["3600", "1 hour"],
  ["21600", "6 hours"],
  ["86400", "1 day"],
  ["604800", "7 days"],
] as const;
const STATISTICS = ["mean", "sum", "count", "p50", "p90", "p95", "p99"] as const;
const COMPARED = ["relative", "day_over_day", "baseline"];
const VALUED = ["absolute", "budget", "decline", ...COMPARED];

interface RuleFormProps {
  body: MonitorBody;
  onChange: (body: MonitorBody) => void;
}

export function RuleForm({ body, onChange }: RuleFormProps) {
  const { rule } = body;
  const set = (more: Partial<Rule>) => onChange({ ...body, rule: { ...rule, ...more } });
  return (
    <>
      <Labelled label="Name">
        <TextInput value={body.name} required onChange={(event) => onChange({ ...body, name: event.target.value })} />
      </Labelled>
      <div className="grid grid-cols-2 gap-3">
        <Labelled label="Severity">
          <Select
            value={body.severity}
            options={SEVERITIES}
            onChange={(severity) => onChange({ ...body, severity: severity as Severity })}
          />
        </Labelled>
        <Labelled label="Held against">
          <Select
            value={rule.kind}
            options={KINDS}
            onChange={(kind) => onChange({ ...body, rule: kindOf(rule, kind) })}
          />
        </Labelled>
      </div>
      <Traffic rule={rule} set={set} />
      <Bound rule={rule} set={set} />
      <span className="flex items-center gap-2 text-label">
        <Checkbox
          label="Switched on"
          checked={body.enabled}
          onChange={() => onChange({ ...body, enabled: !body.enabled })}
        />
        Switched on
      </span>
    </>
  );
}

/** A budget has a period, and nothing else has one. */
function kindOf(rule: Rule, kind: string): Rule {
  const { period: _, ...rest } = rule;
  if (kind === "drift") return { kind, measure: "drift:warning", filter: rest.filter ?? "", window_s: 604_800 };
  if (rest.measure?.startsWith("drift:")) return { ...rest, kind, measure: "spans" };
  if (kind === "budget") return { ...rest, kind, measure: "cost", statistic: "sum", condition: "", period: "day" };
  return { ...rest, kind };
}

type Part = { rule: Rule; set: (more: Partial<Rule>) => void };

function Traffic({ rule, set }: Part) {
  return (
    <>
      <Labelled label="Of which traffic, as a filter; empty for all">
        <TextInput
          className="mono-s"
          value={rule.filter ?? ""}
          placeholder="kind:generation environment:production"
          onChange={(event) => set({ filter: event.target.value })}
        />
      </Labelled>
      {rule.kind !== "unexpected" && (
        <div className="grid grid-cols-2 gap-3">
          <Labelled label="Measure">
            <TextInput
              className="mono-s"
              value={rule.measure ?? "spans"}
              placeholder="cost, duration, score:quality"
              onChange={(event) => set({ measure: event.target.value })}
            />
          </Labelled>
          <Labelled label="Statistic">
            <Select
              value={rule.statistic ?? "mean"}
              options={STATISTICS}
              onChange={(statistic) => set({ statistic })}
            />
          </Labelled>
        </div>
      )}
      {(rule.measure ?? "spans") === "spans" && rule.kind !== "unexpected" && (
        <Labelled label="Share of those that meet">
          <TextInput
            className="mono-s"
            value={rule.condition ?? ""}
            placeholder="outcome:error"
            onChange={(event) => set({ condition: event.target.value })}
          />
        </Labelled>
      )}
      <Labelled label="Each value by itself, of">
        <TextInput
          className="mono-s"
          value={rule.dimension ?? ""}
          placeholder="feature, user_tier, metadata.plan"
          onChange={(event) => set({ dimension: event.target.value })}
        />
      </Labelled>
    </>
  );
}

function Bound({ rule, set }: Part) {
  return (
    <div className="grid grid-cols-2 gap-3">
      {rule.kind !== "unexpected" && rule.kind !== "no_data" && rule.kind !== "budget" && (
        <Labelled label="Bad when">
          <Select
            value={rule.direction ?? "above"}
            options={[
              ["above", "above"],
              ["below", "below"],
            ]}
            onChange={(direction) => set({ direction })}
          />
        </Labelled>
      )}
      {VALUED.includes(rule.kind) && (
        <Labelled label={COMPARED.includes(rule.kind) ? "Times what was before" : "Value"}>
          <TextInput
            className="num"
            inputMode="decimal"
            defaultValue={rule.threshold ?? 0}
            onChange={(event) => {
              const value = Number(event.target.value);
              if (Number.isFinite(value)) set({ threshold: value });
            }}
          />
        </Labelled>
      )}
      {rule.kind === "always_valid" ? (
        <Labelled label="One false alarm in days">
          <TextInput
            className="num"
            inputMode="numeric"
            defaultValue={rule.false_alarm_days ?? 90}
            onChange={(event) => set({ false_alarm_days: Number(event.target.value) || 90 })}
          />
        </Labelled>
      ) : rule.kind === "budget" ? (
        <Labelled label="In a">
          <Select
            value={rule.period ?? "day"}
            options={["day", "week", "month"]}
            onChange={(period) => set({ period })}
          />
        </Labelled>
      ) : (
        <Labelled label="Within">
          <Select
            value={String(rule.window_s ?? 300)}
            options={WINDOWS}
            onChange={(window) => set({ window_s: Number(window) })}
          />
        </Labelled>
      )}
      <Labelled label="Cases at least">
        <TextInput
          className="num"
          inputMode="numeric"
          defaultValue={rule.least_n ?? 50}
          onChange={(event) => set({ least_n: Number(event.target.value) || 1 })}
        />
      </Labelled>
    </div>
  );
}
