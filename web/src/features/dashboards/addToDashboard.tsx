/** Puts a question that a page asks on a dashboard of the project, or on a new one. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LayoutDashboard } from "lucide-react";
import { type FormEvent, useState } from "react";
import { createDashboard, type Dashboard, dashboardQuery, dashboardsQuery, updateDashboard } from "@/api/dashboards";
import { withWidget } from "@/domain/dashboardGrid";
import { both, type NewWidget, type Widget } from "@/domain/dashboards";
import { Button, Select, TextInput } from "@/ui/controls";
import { Dialog } from "@/ui/overlays";
import { complain, notify } from "@/ui/toasts";
import { Labelled } from "./widgetForm";

const NEW = "";

interface AddProps {
  widget: NewWidget;
  /** What the page is filtered by: it goes along. */
  filter?: string;
}

/** The button, for the bar above a table. */
export function AddToDashboardButton({ widget, filter = "" }: AddProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        icon={LayoutDashboard}
        aria-label="Add to dashboard"
        title="Add to dashboard"
        onClick={() => setOpen(true)}
      >
        <span className="max-broad:hidden">Add to dashboard</span>
      </Button>
      {open && <AddToDashboard widget={widget} filter={filter} onClose={() => setOpen(false)} />}
    </>
  );
}

export function AddToDashboard({ widget, filter = "", onClose }: AddProps & { onClose: () => void }) {
  const client = useQueryClient();
  const boards = useQuery(dashboardsQuery());
  const own = (boards.data ?? []).filter((board) => !board.preset);
  const [picked, setPicked] = useState<string | null>(null);
  const [title, setTitle] = useState(widget.title);
  const [name, setName] = useState("");
  const chosen = picked ?? own[0]?.id ?? NEW;
  const add = useMutation({
    mutationFn: async (): Promise<Dashboard> => {
      const added = { ...widget, title: title.trim() || widget.title, filter: both(filter, widget.filter) };
      if (chosen === NEW) {
        const document = { widgets: withWidget<Widget>([], added), filter: "", range: "" };
        return createDashboard({ name: name.trim() || added.title, description: "", document });
      }
      const board = await client.fetchQuery({ ...dashboardQuery(chosen), staleTime: 0 });
      const document = { ...board.document, widgets: withWidget(board.document.widgets, added) };
      return updateDashboard(board.id, { ...board, document });
    },
    onSuccess: (board) => {
      client.setQueryData(["dashboard", board.id], board);
      void client.invalidateQueries({ queryKey: ["dashboards"] });
      notify(`Added to “${board.name}”`);
      onClose();
    },
    onError: (error) => complain(error, "It was not added"),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Add to dashboard">
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Labelled label="Dashboard">
          <Select
            value={chosen}
            options={[...own.map((board) => [board.id, board.name] as const), [NEW, "A new dashboard"] as const]}
            onChange={setPicked}
          />
        </Labelled>
        {chosen === NEW && (
          <Labelled label="Name of the dashboard">
            <TextInput
              className="w-full"
              value={name}
              placeholder={title}
              onChange={(event) => setName(event.target.value)}
            />
          </Labelled>
        )}
        <Labelled label="Title of the widget">
          <TextInput className="w-full" value={title} onChange={(event) => setTitle(event.target.value)} />
        </Labelled>
        {both(filter, widget.filter) && (
          <p className="text-label text-fg-2">
            Filtered by <span className="mono-s recorded">{both(filter, widget.filter)}</span>
          </p>
        )}
        <footer className="flex justify-end gap-2 border-t border-line pt-3">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={boards.isPending || add.isPending}>
            Add
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
