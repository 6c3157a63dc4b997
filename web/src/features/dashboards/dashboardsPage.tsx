/** All dashboards: those that come with the product, and the project's own. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { LayoutDashboard, Plus, Upload } from "lucide-react";
import { type ChangeEvent, useRef } from "react";
import {
  createDashboard,
  type Dashboard,
  type DashboardBody,
  type DashboardRow,
  dashboardsQuery,
} from "@/api/dashboards";
import { carried } from "@/domain/address";
import { plural } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Button } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { complain, notify } from "@/ui/toasts";
import { Age } from "@/ui/values";

const EMPTY: DashboardBody = {
  name: "New dashboard",
  description: "",
  document: { widgets: [], filter: "", range: "" },
};

export default function DashboardsPage() {
  const list = useQuery(dashboardsQuery());
  const waiting = useLate(list.isPending);
  const make = useMake();
  const rows = list.data ?? [];
  return (
    <>
      <PageHeader
        title="Dashboards"
        timeless
        actions={
          <>
            <ImportButton onFile={make} />
            <Button look="primary" icon={Plus} aria-label="New dashboard" onClick={() => make(EMPTY)}>
              <span className="max-wide:hidden">New dashboard</span>
            </Button>
          </>
        }
      />
      {list.error && !list.data && (
        <Problem error={list.error} what="The dashboards" onRetry={() => void list.refetch()} />
      )}
      {waiting && <SkeletonRows rows={8} height={56} />}
      {list.data && (
        <div
          tabIndex={0}
          role="region"
          aria-label="All dashboards"
          className="min-h-0 flex-1 overflow-y-auto px-4 py-4 wide:px-6"
        >
          <Shelf title="Ready to use" rows={rows.filter((row) => row.preset)} />
          <Shelf title="Of this project" rows={rows.filter((row) => !row.preset)} />
          {rows.every((row) => row.preset) && (
            <p className="text-label text-fg-3">
              None yet. Clone one of the above and change the copy, or begin with an empty one.
            </p>
          )}
        </div>
      )}
    </>
  );
}

function Shelf({ title, rows }: { title: string; rows: readonly DashboardRow[] }) {
  const [search] = useAddress();
  return (
    <section aria-label={title} className="mb-6">
      <h2 className="mb-2 text-fg-2">{title}</h2>
      <ul className="grid gap-3 wide:grid-cols-2 broad:grid-cols-3">
        {rows.map((row) => (
          <li key={row.id}>
            <Link
              to="/dashboards/$dashboardId"
              params={{ dashboardId: row.id }}
              search={carried(search) as never}
              className="flex h-full items-start gap-3 rounded-float border border-line p-3 hover:bg-hover"
            >
              <Icon icon={LayoutDashboard} className="mt-0.5 text-fg-3" />
              <span className="flex min-w-0 flex-col gap-0.5">
                <span className="recorded font-medium">{row.name}</span>
                <span className="recorded line-clamp-2 text-label text-fg-2">{row.description}</span>
                <span className="text-micro text-fg-3">
                  {plural(row.widgets, "widget")}
                  {row.updated_time && (
                    <>
                      , changed <Age time={row.updated_time} /> ago
                    </>
                  )}
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Makes a dashboard and goes there. */
export function useMake(): (body: DashboardBody) => void {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [search] = useAddress();
  const make = useMutation({
    mutationFn: createDashboard,
    onSuccess: (made: Dashboard) => {
      client.setQueryData(["dashboard", made.id], made);
      void client.invalidateQueries({ queryKey: ["dashboards"] });
      void navigate({
        to: "/dashboards/$dashboardId",
        params: { dashboardId: made.id },
        search: { ...carried(search), view: "edit" },
      } as never);
    },
    onError: (error) => complain(error, "It was not made"),
  });
  return (body) => make.mutate(body);
}

function ImportButton({ onFile }: { onFile: (body: DashboardBody) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const read = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    try {
      onFile(JSON.parse(await file.text()) as DashboardBody);
    } catch {
      notify("That file is no JSON; choose one that was exported from a dashboard.", { tone: "error" });
    }
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        aria-label="File of a dashboard"
        className="hidden"
        onChange={(event) => void read(event)}
      />
      <Button icon={Upload} aria-label="Import" onClick={() => input.current?.click()}>
        <span className="max-wide:hidden">Import</span>
      </Button>
    </>
  );
}
