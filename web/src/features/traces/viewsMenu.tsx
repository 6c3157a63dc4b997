/** Saved views of a list: filter, columns, order and range under a name, for oneself or for everybody. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronDown, Star, Trash2, Users } from "lucide-react";
import { type FormEvent, useState } from "react";
import { createView, deleteView, viewsQuery } from "@/api/notes";
import type { SavedView } from "@/api/types";
import type { PageSearch } from "@/domain/address";
import { useAddress } from "@/ui/address";
import { Button, Checkbox, TextInput } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Popover } from "@/ui/overlays";
import { complain, notify } from "@/ui/toasts";

const KEPT = ["filter", "columns", "order", "from", "to", "env"] as const;

export function stateOf(search: PageSearch): Record<string, string> {
  return Object.fromEntries(KEPT.flatMap((key) => (search[key] ? [[key, search[key]]] : [])));
}

export function ViewsMenu({ page }: { page: string }) {
  const [search, patch] = useAddress();
  const [open, setOpen] = useState(false);
  const client = useQueryClient();
  const { data: views = [] } = useQuery({ ...viewsQuery(page), enabled: open || search.saved !== undefined });
  const refresh = () => void client.invalidateQueries({ queryKey: ["views"] });
  const current = views.find((view) => view.id === search.saved);
  const apply = (view: SavedView) => {
    patch({
      filter: null,
      columns: null,
      order: null,
      from: null,
      to: null,
      env: null,
      peek: null,
      ...view.state,
      saved: view.id,
    });
    setOpen(false);
  };
  const remove = useMutation({
    mutationFn: (view: SavedView) => deleteView(view.id),
    onSuccess: (_, view) => {
      refresh();
      notify(`View “${view.name}” deleted`, { undo: () => void createView(view).then(refresh) });
    },
    onError: (error) => complain(error, "The view was not deleted"),
  });
  return (
    <Popover
      label="Saved views"
      open={open}
      onOpenChange={setOpen}
      align="start"
      className="w-[300px] p-1"
      trigger={
        <Button
          look="ghost"
          icon={Star}
          className="max-w-[200px] shrink max-wide:hidden"
          aria-label={`Saved views${current ? `: ${current.name}` : ""}`}
        >
          <span className="cut">{current?.name ?? "Views"}</span>
          <Icon icon={ChevronDown} size={12} className="text-fg-3" />
        </Button>
      }
    >
      {views.length === 0 && (
        <p className="px-2 py-1.5 text-label text-fg-3">
          No view is saved yet. Set a filter, columns and order, then name them here.
        </p>
      )}
      {views.map((view) => (
        <div key={view.id} className="group flex items-center rounded-[5px] hover:bg-hover">
          <button type="button" className="menu-item min-w-0 flex-1 text-left" onClick={() => apply(view)}>
            {view.shared && <Icon icon={Users} size={13} className="text-fg-3" />}
            <span className="recorded cut">{view.name}</span>
          </button>
          <Button
            look="ghost"
            square
            icon={Trash2}
            aria-label={`Delete the view ${view.name}`}
            className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
            onClick={() => remove.mutate(view)}
          />
        </div>
      ))}
      <SaveView
        page={page}
        state={stateOf(search)}
        onSaved={(view) => {
          refresh();
          patch({ saved: view.id }, { replace: true });
          setOpen(false);
        }}
      />
    </Popover>
  );
}

function SaveView({
  page,
  state,
  onSaved,
}: {
  page: string;
  state: Record<string, string>;
  onSaved: (view: SavedView) => void;
}) {
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const save = useMutation({
    mutationFn: () => createView({ name: name.trim(), page, shared, state }),
    onSuccess: (view) => {
      notify(`View “${name.trim()}” saved`);
      onSaved(view);
    },
    onError: (error) => complain(error, "The view was not saved"),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) save.mutate();
  };
  return (
    <form onSubmit={submit} className="mt-1 flex flex-col gap-2 border-t border-line p-2">
      <TextInput
        aria-label="Name of the view"
        placeholder="Name what you see now"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <div className="flex items-center gap-2 text-label">
        <Checkbox label="Shared with everybody in the project" checked={shared} onChange={setShared} />
        <span className="flex-1 text-fg-2">For everybody</span>
        <Button type="submit" look="primary" disabled={!name.trim() || save.isPending}>
          Save view
        </Button>
      </div>
    </form>
  );
}
