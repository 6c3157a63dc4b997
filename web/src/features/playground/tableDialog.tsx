/** Running all panes over the cases of a data set, in the background. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { datasetsQuery } from "@/api/datasets";
import { startTable } from "@/api/playground";
import { plural } from "@/domain/format";
import { type Pane, sendable } from "@/domain/panes";
import { Button, Select } from "@/ui/controls";
import { Dialog } from "@/ui/overlays";
import { complain } from "@/ui/toasts";

export function TableDialog({ panes, onClose }: { panes: readonly Pane[]; onClose: () => void }) {
  const { data: datasets = [] } = useQuery(datasetsQuery());
  const [name, setName] = useState("");
  const navigate = useNavigate();
  const chosen = datasets.find((each) => each.name === name) ?? datasets[0];
  const start = useMutation({
    mutationFn: (dataset: string) =>
      startTable({ title: `${plural(panes.length, "pane")} over ${dataset}`, panes: panes.map(sendable), dataset }),
    onSuccess: ({ run_id }) => void navigate({ to: "/runs/$runId", params: { runId: run_id } } as never),
    onError: (error) => complain(error, "Not started"),
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Run over a data set"
      description="Each pane is asked each case: the fields of a case's input fill the variables; a text is what the user says. The panes are compared with the first one, case by case."
    >
      {chosen ? (
        <div className="flex flex-col gap-3">
          <Select
            label="Data set"
            value={chosen.name}
            options={datasets.map((each) => [each.name, `${each.name} (${each.items})`] as const)}
            onChange={setName}
          />
          <p className="text-label text-fg-2">
            {plural(panes.length * (chosen.items ?? 0), "model call")} will be made.
          </p>
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>Cancel</Button>
            <Button
              look="primary"
              disabled={!chosen.items || start.isPending}
              onClick={() => start.mutate(chosen.name)}
            >
              Run
            </Button>
          </div>
        </div>
      ) : (
        <p className="text-label text-fg-2">There is no data set yet.</p>
      )}
    </Dialog>
  );
}
