/** Budgets with what is spent of them and where they will end. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bell, BellRing, CircleAlert, CircleCheck, Plus, Trash2, TriangleAlert } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "@/api/client";
import { type Budget, type BudgetBody, budgetsQuery, createBudget, deleteBudget } from "@/api/cost";
import { createMonitor, monitorsQuery } from "@/api/monitors";
import { alertPrefix, budgetAlerts } from "@/domain/burnRate";
import { budgetFilter } from "@/domain/costLab";
import { formatMoney, plural } from "@/domain/format";
import { Labelled } from "@/features/dashboards/widgetForm";
import { Badge, Button, Select, TextInput } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { complain, notify } from "@/ui/toasts";
import { useToTraces } from "./useCostScope";

const STATES = {
  ok: { tone: "good", icon: CircleCheck, label: "within" },
  at_risk: { tone: "warn", icon: TriangleAlert, label: "at risk" },
  over: { tone: "error", icon: CircleAlert, label: "over" },
} as const;

export function Budgets() {
  const query = useQuery(budgetsQuery());
  const waiting = useLate(query.isPending);
  return (
    <div className="flex flex-col gap-5">
      <BudgetForm />
      {query.error && !query.data && (
        <Problem error={query.error} what="The budgets" onRetry={() => void query.refetch()} />
      )}
      {waiting && <SkeletonRows rows={3} height={64} />}
      {query.data?.length === 0 && (
        <p className="max-w-[80ch] text-label text-fg-3">
          No budget yet. Set one for a feature, a tier or a user, and see before the period ends where it will end.
        </p>
      )}
      <ul aria-label="Budgets">
        {query.data?.map((budget) => (
          <Line key={budget.id} budget={budget} />
        ))}
      </ul>
    </div>
  );
}

function Line({ budget }: { budget: Budget }) {
  const client = useQueryClient();
  const open = useToTraces();
  const remove = useMutation({
    mutationFn: () => deleteBudget(budget.id),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["budgets"] }),
    onError: (error) => complain(error, "It was not deleted"),
  });
  const state = STATES[budget.state];
  const { forecast } = budget;
  return (
    <li
      aria-label={budget.name}
      className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line py-3 text-label"
    >
      <div className="flex w-56 min-w-0 flex-col">
        <span className="recorded cut text-body font-medium">{budget.name}</span>
        <button
          type="button"
          className="mono-s recorded cut text-left text-fg-3 hover:underline"
          onClick={() => open(budget.filter)}
        >
          {budget.filter || "all traffic"}
        </button>
      </div>
      <span className="w-24">
        <Badge tone={state.tone} icon={state.icon}>
          {state.label}
        </Badge>
      </span>
      <div className="flex min-w-60 flex-1 flex-col gap-1">
        <Meter budget={budget} />
        <span className="text-fg-2">
          {formatMoney(budget.spent)} of {formatMoney(budget.amount)} a {budget.period}
          {budget.burn !== null && `, ${budget.burn.toFixed(budget.burn < 10 ? 1 : 0)}× the even pace`}
          {budget.unpriced > 0 && `; ${plural(budget.unpriced, "unpriced call")} not in it`}
        </span>
      </div>
      <span className="w-72 text-fg-2">
        {forecast ? (
          <>
            Will end at <b className="font-medium text-fg">{formatMoney(forecast.value)}</b>
            {forecast.low !== null && forecast.high !== null && (
              <>
                {" "}
                ({formatMoney(forecast.low)} to {formatMoney(forecast.high)}, 80 %)
              </>
            )}
          </>
        ) : (
          "Too few days for a forecast"
        )}
      </span>
      <Alerts budget={budget} />
      <Button
        look="ghost"
        square
        icon={Trash2}
        aria-label={`Delete the budget ${budget.name}`}
        onClick={() => remove.mutate()}
      />
    </li>
  );
}

/** Sets its alerts, or says that they are set. */
function Alerts({ budget }: { budget: Budget }) {
  const client = useQueryClient();
  const { data: monitors = [], isPending } = useQuery(monitorsQuery());
  const known = monitors.some(({ name }) => name.startsWith(alertPrefix(budget)));
  const set = useMutation({
    mutationFn: async () => {
      for (const alert of budgetAlerts(budget)) await createMonitor(alert);
    },
    onSuccess: () => {
      notify(`You are told when “${budget.name}” burns too fast or is spent`);
      void client.invalidateQueries({ queryKey: ["monitors"] });
    },
    onError: (error) => complain(error, "Not all alerts were set"),
  });
  if (known) {
    return (
      <Link to="/alerts" className="inline-flex items-center gap-1 text-fg-2 hover:underline">
        <Icon icon={BellRing} size={14} /> Alerts set
      </Link>
    );
  }
  return (
    <Button
      look="ghost"
      icon={Bell}
      disabled={isPending || set.isPending}
      title="Tell people when it burns too fast, and when it is spent"
      onClick={() => set.mutate()}
    >
      Set alerts
    </Button>
  );
}

/** What is spent, how far the period is, and the interval of its end, on one scale. */
function Meter({ budget }: { budget: Budget }) {
  const { spent, amount, forecast, state, elapsed } = budget;
  const top = Math.max(amount, spent, forecast?.high ?? forecast?.value ?? 0) * 1.02;
  const at = (usd: number) => `${(100 * usd) / top}%`;
  const colour = state === "over" ? "var(--error)" : state === "at_risk" ? "var(--warn)" : "var(--series-1)";
  return (
    <span
      role="meter"
      aria-label={`Spent of ${budget.name}`}
      aria-valuemin={0}
      aria-valuemax={amount}
      aria-valuenow={Math.min(spent, amount)}
      aria-valuetext={`${formatMoney(spent)} of ${formatMoney(amount)}`}
      className="relative block h-3 rounded-bar bg-n3"
      title={`${Math.round(100 * elapsed)} % of the ${budget.period} is over`}
    >
      {forecast && forecast.low !== null && forecast.high !== null && (
        <span
          className="absolute top-1 h-1 rounded-bar bg-[var(--n-6)]"
          style={{ left: at(forecast.low), width: at(forecast.high - forecast.low) }}
        />
      )}
      <span className="absolute inset-y-0 left-0 rounded-bar" style={{ width: at(spent), background: colour }} />
      {forecast && <span className="absolute inset-y-0 w-0.5 bg-fg-2" style={{ left: at(forecast.value) }} />}
      <span className="absolute -inset-y-1 w-0.5 bg-fg" style={{ left: at(amount) }} />
    </span>
  );
}

const FIELDS = [
  ["feature", "Feature"],
  ["user_tier", "User tier"],
  ["user_id", "User"],
  ["model", "Model"],
  ["service", "Service"],
  ["environment", "Environment"],
] as const;

function BudgetForm() {
  const client = useQueryClient();
  const [field, setField] = useState("feature");
  const [value, setValue] = useState("");
  const [amount, setAmount] = useState("");
  const [period, setPeriod] = useState<BudgetBody["period"]>("month");
  const usd = Number(amount);
  const create = useMutation({
    mutationFn: () =>
      createBudget({ name: value.trim() || "All traffic", filter: budgetFilter(field, value), period, amount: usd }),
    onSuccess: (made) => {
      notify(`Budget “${made.name}” set`);
      setValue("");
      setAmount("");
      void client.invalidateQueries({ queryKey: ["budgets"] });
    },
    onError: (error) => {
      const detail = error instanceof ApiProblem && error.detail ? error.detail : error.message;
      notify(`The budget was not set. ${detail}`, { tone: "error" });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit} aria-label="Set a budget" className="flex flex-wrap items-end gap-3">
      <Labelled label="Of">
        <Select value={field} options={FIELDS} onChange={setField} />
      </Labelled>
      <Labelled label="Value, empty for all">
        <TextInput
          className="w-44"
          value={value}
          placeholder="support-chat"
          onChange={(event) => setValue(event.target.value)}
        />
      </Labelled>
      <Labelled label="US dollars">
        <TextInput
          className="num w-28"
          inputMode="decimal"
          value={amount}
          placeholder="50"
          onChange={(event) => setAmount(event.target.value)}
        />
      </Labelled>
      <Labelled label="In a">
        <Select
          value={period}
          options={[
            ["day", "day"],
            ["week", "week"],
            ["month", "month"],
          ]}
          onChange={(next) => setPeriod(next as BudgetBody["period"])}
        />
      </Labelled>
      <Button type="submit" look="primary" icon={Plus} disabled={!(usd > 0) || create.isPending}>
        Set budget
      </Button>
    </form>
  );
}
