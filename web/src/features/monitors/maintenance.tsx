/** Maintenance: times in which breaches are noted and nobody is told. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2, Wrench } from "lucide-react";
import { type FormEvent, useState } from "react";
import { endMaintenance, maintenanceQuery, planMaintenance } from "@/api/monitors";
import { Labelled } from "@/features/dashboards/widgetForm";
import { Button, Select, TextInput } from "@/ui/controls";
import { complain } from "@/ui/toasts";
import { Clock } from "@/ui/values";

const LENGTHS = [
  ["1800000", "30 minutes"],
  ["3600000", "1 hour"],
  ["14400000", "4 hours"],
  ["86400000", "1 day"],
] as const;

export function MaintenanceView() {
  const client = useQueryClient();
  const query = useQuery(maintenanceQuery());
  const [reason, setReason] = useState("");
  const [length, setLength] = useState<string>("3600000");
  const refresh = () => void client.invalidateQueries({ queryKey: ["maintenance"] });
  const said = (error: Error) => complain(error);
  const plan = useMutation({
    mutationFn: () => {
      const now = Date.now();
      return planMaintenance({
        reason,
        start: new Date(now).toISOString(),
        end: new Date(now + Number(length)).toISOString(),
      });
    },
    onSuccess: () => {
      setReason("");
      refresh();
    },
    onError: said,
  });
  const end = useMutation({ mutationFn: endMaintenance, onSuccess: refresh, onError: said });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    plan.mutate();
  };
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label="Maintenance"
      className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-4 py-4 wide:px-6"
    >
      <p className="max-w-[80ch] text-label text-fg-2">
        During maintenance rules go on looking, and nobody is told. What is still wrong at its end is told then.
      </p>
      <form onSubmit={submit} aria-label="Begin maintenance" className="flex flex-wrap items-end gap-3">
        <Labelled label="Why">
          <TextInput
            className="w-72"
            value={reason}
            placeholder="Index rebuilt"
            onChange={(event) => setReason(event.target.value)}
          />
        </Labelled>
        <Labelled label="From now, for">
          <Select value={length} options={LENGTHS} onChange={setLength} />
        </Labelled>
        <Button type="submit" look="primary" icon={Wrench} disabled={plan.isPending}>
          Begin maintenance
        </Button>
      </form>
      <ul aria-label="Running and planned maintenance">
        {query.data?.map((window) => (
          <li key={window.id} className="flex items-center gap-4 border-b border-line py-2 text-label">
            <span className="recorded cut min-w-0 flex-1">{window.reason || "No reason given"}</span>
            <span className="text-fg-2">
              <Clock time={window.start} clock="full" /> to <Clock time={window.end} clock="full" />
            </span>
            <Button
              look="ghost"
              square
              icon={Trash2}
              aria-label="End this maintenance"
              onClick={() => end.mutate(window.id)}
            />
          </li>
        ))}
        {query.data?.length === 0 && <li className="text-label text-fg-3">No maintenance is running or planned.</li>}
      </ul>
    </div>
  );
}
