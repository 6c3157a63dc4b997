/** The page of a list of sessions or of users: a typed filter, saved views, a table that grows as one scrolls. */

import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { tableWidget } from "@/domain/dashboards";
import { AddToDashboardButton } from "@/features/dashboards/addToDashboard";
import { PageHeader } from "@/features/frame/pageHeader";
import { FilterBar } from "@/features/traces/filterBar";
import { DensityButton } from "@/features/traces/toolbar";
import { ViewsMenu } from "@/features/traces/viewsMenu";
import { useAddress } from "@/ui/address";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { ListStates } from "@/ui/listPage";
import { usePreference } from "@/ui/preferences";
import { usePages } from "@/ui/usePages";

export const NEWEST_FIRST = "-last_time";
const MEASURES = "traces.uniq cost.sum tokens.sum errors.rate";
/** What the lists show, as widgets: the values with most traces first. */
const WIDGETS = {
  users: tableWidget("Users", ["user_id"], MEASURES),
  sessions: tableWidget("Sessions", ["session_id"], MEASURES),
};

export interface PeopleListProps<Row extends object> {
  title: string;
  /** The page's name among saved views, and of its column widths. */
  page: "sessions" | "users";
  list: Pick<
    UseInfiniteQueryResult<{ pages: { data: Row[] }[] }, Error>,
    "data" | "error" | "isPending" | "refetch" | "hasNextPage" | "isFetchingNextPage" | "fetchNextPage"
  >;
  /** Where the typed filter begins in what the server was asked. */
  offset: number;
  placeholder: string;
  columns: readonly DataColumn<Row>[];
  getId: (row: Row) => string;
  onOpen: (row: Row) => void;
  card: (row: Row) => ReactNode;
  empty: ReactNode;
  /** Stands between the filter and the rows. */
  above?: ReactNode;
}

export function PeopleList<Row extends object>(props: PeopleListProps<Row>) {
  const { title, page, list, offset } = props;
  const [search, patch] = useAddress();
  const [density] = usePreference("density");
  const { rows, onNearEnd } = usePages(list);
  return (
    <>
      <PageHeader title={title} beside={<ViewsMenu page={page} />} />
      <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3 wide:px-4">
        <FilterBar
          value={search.filter ?? ""}
          onChange={(text, how) => patch({ filter: text.trim() || null }, { replace: !how.done })}
          error={list.error}
          offset={offset}
          placeholder={props.placeholder}
        />
        <DensityButton />
        <AddToDashboardButton widget={WIDGETS[page]} filter={search.filter ?? ""} />
      </div>
      {rows.length > 0 && props.above}
      <ListStates query={list} what={`The ${page}`} count={rows.length} empty={props.empty}>
        <DataTable
          label={title}
          storageKey={page}
          rows={rows}
          columns={props.columns}
          getId={props.getId}
          order={search.order ?? NEWEST_FIRST}
          onOrder={(next) => patch({ order: next === NEWEST_FIRST ? null : next }, { replace: true })}
          onOpen={props.onOpen}
          card={props.card}
          density={density}
          onNearEnd={onNearEnd}
        />
      </ListStates>
    </>
  );
}
