/** Puts the chosen traces into a queue, to be judged. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ClipboardCheck } from "lucide-react";
import { useState } from "react";
import { fillQueue, queuesQuery } from "@/api/annotations";
import { oneLine, plural } from "@/domain/format";
import { Button, Select } from "@/ui/controls";
import { Popover } from "@/ui/overlays";
import { complain, notify } from "@/ui/toasts";

const TRACES_A_REQUEST = 500;

export function AddToQueue({ ids }: { ids: readonly string[] }) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState("");
  const known = useQuery({ ...queuesQuery(), enabled: open });
  const queue = chosen || known.data?.at(0)?.id || "";
  const save = useMutation({
    mutationFn: () => fillQueue(queue, ids),
    onSuccess: (done) => {
      notify(`${plural(done.added, "trace")} queued${done.known ? `, ${done.known} were there already` : ""}`);
      setOpen(false);
      void client.invalidateQueries({ queryKey: ["queues"] });
    },
    onError: (error) => complain(error),
  });
  return (
    <Popover
      label="Put the chosen traces into a queue"
      open={open}
      onOpenChange={setOpen}
      align="start"
      trigger={
        <Button look="ghost" icon={ClipboardCheck} disabled={ids.length > TRACES_A_REQUEST}>
          To queue
        </Button>
      }
    >
      {known.data?.length === 0 ? (
        <p className="text-label text-fg-2">There is no queue yet: make one under Annotate.</p>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
          className="flex items-center gap-2"
        >
          <Select
            label="Queue"
            className="max-w-56"
            value={queue}
            options={(known.data ?? []).map((each) => [each.id, oneLine(each.name, 60)] as const)}
            onChange={setChosen}
          />
          <Button type="submit" look="primary" disabled={!queue || save.isPending}>
            Queue {ids.length}
          </Button>
        </form>
      )}
    </Popover>
  );
}
