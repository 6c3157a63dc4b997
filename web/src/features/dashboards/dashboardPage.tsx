/** One dashboard: its grid in a shared time range; while it is edited, a draft that is saved as a whole. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import {
  ChevronRight,
  Copy,
  Download,
  Ellipsis,
  GitCompareArrows,
  LayoutGrid,
  Link2,
  Pencil,
  Plus,
  Trash2,
} from "lucide-react";
import { useMemo, useState } from "react";
import { ApiProblem } from "@/api/client";
import {
  type Dashboard,
  type DashboardDocument,
  dashboardQuery,
  deleteDashboard,
  EXPORT_FORMAT,
  updateDashboard,
} from "@/api/dashboards";
import { carried } from "@/domain/address";
import { below, newId, settled, withWidget } from "@/domain/dashboardGrid";
import { NEW_WIDGET, type Widget } from "@/domain/dashboards";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Button, TextInput } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Menu, MenuItem, MenuLine } from "@/ui/overlays";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { complain, notify } from "@/ui/toasts";
import { useMake } from "./dashboardsPage";
import { Grid } from "./grid";
import { saveJson } from "./saving";
import { SharePanel } from "./sharePanel";
import { FALLBACK_RANGE, useFirstRange, useScopeOfPage } from "./useScopeOfPage";
import { ScopeContext } from "./useWidget";
import { WidgetCard } from "./widgetCard";
import { WidgetForm } from "./widgetForm";

export default function DashboardPage() {
  const { dashboardId } = useParams({ strict: false }) as { dashboardId: string };
  const query = useQuery(dashboardQuery(dashboardId));
  const waiting = useLate(query.isPending);
  if (query.data) return <Shown key={`${query.data.id}@${query.data.version}`} dashboard={query.data} />;
  return (
    <>
      <PageHeader title="Dashboard" timeless />
      {query.error && <Problem error={query.error} what="The dashboard" onRetry={() => void query.refetch()} />}
      {waiting && <SkeletonRows rows={8} height={56} />}
    </>
  );
}

function Shown({ dashboard }: { dashboard: Dashboard }) {
  const [search] = useAddress();
  const [draft, setDraft] = useState({ name: dashboard.name, document: dashboard.document });
  const [form, setForm] = useState<Widget | null>(null);
  const [sharing, setSharing] = useState(false);
  const editing = search.view === "edit" && !dashboard.preset;
  const { document } = draft;
  useFirstRange(dashboard.document.range || FALLBACK_RANGE);
  const scope = useScopeOfPage(document);
  const setDocument = (change: Partial<DashboardDocument>) =>
    setDraft((old) => ({ ...old, document: { ...old.document, ...change } }));
  const setWidgets = (widgets: Widget[]) => setDocument({ widgets });
  const dirty = useMemo(() => JSON.stringify(draft) !== JSON.stringify(originalOf(dashboard)), [draft, dashboard]);
  const add = () => setForm({ ...NEW_WIDGET, id: newId(document.widgets), x: 0, y: 0 });
  const keep = (widget: Widget) => {
    const known = document.widgets.some((one) => one.id === widget.id);
    setWidgets(
      known
        ? document.widgets.map((one) => (one.id === widget.id ? widget : one))
        : [...document.widgets, { ...widget, ...below(document.widgets, widget.w, widget.h) }],
    );
    setForm(null);
  };
  const copy = (widget: Widget) => setWidgets(withWidget(document.widgets, widget));
  return (
    <ScopeContext.Provider value={scope}>
      <PageHeader
        title={draft.name}
        crumbs={<Crumbs name={draft.name} editing={editing} onName={(name) => setDraft({ ...draft, name })} />}
        actions={
          editing ? (
            <Editing
              dashboard={dashboard}
              draft={draft}
              dirty={dirty}
              onAdd={add}
              onDiscard={() => setDraft(originalOf(dashboard))}
            />
          ) : (
            <Looking dashboard={dashboard} onShare={() => setSharing(true)} />
          )
        }
      />
      {editing && (
        <div className="flex h-11 shrink-0 items-center gap-2 border-b border-line px-4 text-label">
          <label htmlFor="board-filter" className="text-fg-3">
            Filter of all widgets
          </label>
          <TextInput
            id="board-filter"
            className="mono flex-1"
            value={document.filter}
            placeholder="environment:production"
            onChange={(event) => setDocument({ filter: event.target.value })}
          />
        </div>
      )}
      <div
        tabIndex={0}
        role="region"
        aria-label="Widgets"
        className="min-h-0 flex-1 overflow-y-auto bg-sunken p-3 wide:p-4"
      >
        {document.widgets.length === 0 ? (
          <Empty icon={LayoutGrid} title="Nothing is on this dashboard yet">
            {editing ? (
              <Button look="primary" icon={Plus} onClick={add}>
                Add the first widget
              </Button>
            ) : (
              "Press Edit, and add a widget."
            )}
          </Empty>
        ) : (
          <Grid
            widgets={document.widgets}
            editing={editing}
            onChange={setWidgets}
            draw={(widget, height, handle) => (
              <WidgetCard
                widget={widget}
                height={height}
                handle={handle}
                {...(editing
                  ? {
                      onEdit: () => setForm(widget),
                      onCopy: () => copy(widget),
                      onRemove: () => setWidgets(settled(document.widgets.filter((one) => one.id !== widget.id))),
                    }
                  : {})}
              />
            )}
          />
        )}
      </div>
      {form && (
        <WidgetForm
          widget={form}
          isNew={!document.widgets.some((one) => one.id === form.id)}
          onClose={() => setForm(null)}
          onSave={keep}
        />
      )}
      {sharing && <SharePanel id={dashboard.id} onClose={() => setSharing(false)} />}
    </ScopeContext.Provider>
  );
}

const originalOf = ({ name, document }: Dashboard) => ({ name, document });

function Crumbs({ name, editing, onName }: { name: string; editing: boolean; onName: (name: string) => void }) {
  const [search] = useAddress();
  return (
    <nav aria-label="Breadcrumb" className="flex min-w-0 items-center gap-1">
      <Link to="/dashboards" search={carried(search) as never} className="text-fg-2 hover:text-fg max-wide:hidden">
        Dashboards
      </Link>
      <Icon icon={ChevronRight} size={14} className="text-fg-3 max-wide:hidden" />
      {editing ? (
        <TextInput
          aria-label="Name of the dashboard"
          className="w-56 font-medium max-wide:w-24"
          value={name}
          onChange={(event) => onName(event.target.value)}
        />
      ) : (
        <span className="recorded cut font-semibold">{name}</span>
      )}
    </nav>
  );
}

function Looking({ dashboard, onShare }: { dashboard: Dashboard; onShare: () => void }) {
  const [search, patch] = useAddress();
  const make = useMake();
  const navigate = useNavigate();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteDashboard(dashboard.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["dashboards"] });
      notify(`“${dashboard.name}” deleted`);
      void navigate({ to: "/dashboards" });
    },
    onError: (error) => complain(error, "It was not deleted"),
  });
  const { name, description, document } = dashboard;
  const clone = () => make({ name: `${name}, copy`, description, document });
  const comparing = search.with === "before";
  return (
    <>
      <Button
        icon={GitCompareArrows}
        aria-label="Compare with the period before"
        aria-pressed={comparing}
        className={comparing ? "bg-n3" : ""}
        title="Compare with the period of the same length before"
        onClick={() => patch({ with: comparing ? null : "before" }, { replace: true })}
      >
        <span className="max-broad:hidden">Compare</span>
      </Button>
      {dashboard.preset ? (
        <Button icon={Copy} aria-label="Clone" onClick={clone}>
          <span className="max-wide:hidden">Clone</span>
        </Button>
      ) : (
        <Button icon={Pencil} onClick={() => patch({ view: "edit" })}>
          Edit
        </Button>
      )}
      <Menu trigger={<Button look="ghost" square icon={Ellipsis} aria-label="More about the dashboard" />}>
        {!dashboard.preset && (
          <MenuItem icon={Link2} onSelect={onShare}>
            Share by link
          </MenuItem>
        )}
        {!dashboard.preset && (
          <MenuItem icon={Copy} onSelect={clone}>
            Clone
          </MenuItem>
        )}
        <MenuItem
          icon={Download}
          onSelect={() => saveJson(name, { format: EXPORT_FORMAT, name, description, document })}
        >
          Export as JSON
        </MenuItem>
        {!dashboard.preset && <MenuLine />}
        {!dashboard.preset && (
          <MenuItem icon={Trash2} danger onSelect={() => remove.mutate()}>
            Delete
          </MenuItem>
        )}
      </Menu>
    </>
  );
}

interface EditingProps {
  dashboard: Dashboard;
  draft: Pick<Dashboard, "name" | "document">;
  dirty: boolean;
  onAdd: () => void;
  onDiscard: () => void;
}

function Editing({ dashboard, draft, dirty, onAdd, onDiscard }: EditingProps) {
  const [, patch] = useAddress();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      updateDashboard(dashboard.id, { ...draft, description: dashboard.description, version: dashboard.version }),
    onSuccess: (saved) => {
      client.setQueryData(["dashboard", saved.id], saved);
      void client.invalidateQueries({ queryKey: ["dashboards"] });
      patch({ view: null }, { replace: true });
      notify(`“${saved.name}” saved`);
    },
    onError: (error) => {
      const detail = error instanceof ApiProblem && error.detail ? error.detail : error.message;
      notify(`It was not saved. ${detail}`, { tone: "error" });
    },
  });
  return (
    <>
      <Button icon={Plus} onClick={onAdd}>
        <span className="max-wide:hidden">Add widget</span>
      </Button>
      <Button
        onClick={() => {
          onDiscard();
          patch({ view: null }, { replace: true });
        }}
      >
        {dirty ? "Discard" : "Close"}
      </Button>
      <Button look="primary" disabled={!dirty || save.isPending} onClick={() => save.mutate()}>
        Save
      </Button>
    </>
  );
}
