/** What can be done with a run: end it, or go on with what failed or was left. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleStop, Play } from "lucide-react";
import { cancelRun, isActive, type Run, resumeRun } from "@/api/runs";
import { Button } from "@/ui/controls";
import { complain } from "@/ui/toasts";

export function RunActions({ run, resume: words = "Resume" }: { run: Run; resume?: string }) {
  const client = useQueryClient();
  const refresh = {
    onSettled: () => void client.invalidateQueries({ queryKey: ["runs"] }),
    onError: (error: Error) => complain(error, "Not done"),
  };
  const cancel = useMutation({ mutationFn: cancelRun, ...refresh });
  const resume = useMutation({ mutationFn: resumeRun, ...refresh });
  const active = isActive(run);
  return (
    <>
      {(active || run.state === "paused") && (
        <Button icon={CircleStop} disabled={cancel.isPending} onClick={() => cancel.mutate(run.id)}>
          Cancel
        </Button>
      )}
      {!active && run.done < run.items && (
        <Button icon={Play} disabled={resume.isPending} onClick={() => resume.mutate(run.id)}>
          {words}
        </Button>
      )}
    </>
  );
}
