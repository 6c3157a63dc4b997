/** The data sets of the project, and its latest experiments. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Database, Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { createDataset, type Dataset, datasetsQuery } from "@/api/datasets";
import { carried } from "@/domain/address";
import { formatCount, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { Button, TextInput } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { ListStates } from "@/ui/listPage";
import { Dialog } from "@/ui/overlays";
import { usePreference } from "@/ui/preferences";
import { Empty } from "@/ui/states";
import { complain } from "@/ui/toasts";
import { Age } from "@/ui/values";

const idOf = (row: Dataset) => row.id;

const COLUMNS: readonly DataColumn<Dataset>[] = [
  { id: "name", label: "Data set", width: 220, grow: true, cell: (row) => <DatasetLink name={row.name} /> },
  { id: "items", label: "Items", width: 80, align: "right", cell: (row) => formatCount(row.items) },
  { id: "version", label: "Version", width: 80, align: "right", cell: (row) => formatCount(row.version) },
  {
    id: "description",
    label: "About",
    width: 360,
    cell: (row) => <span className="recorded text-fg-2">{oneLine(row.description, 200)}</span>,
  },
  { id: "created", label: "Created", width: 90, align: "right", cell: (row) => <Age time={row.created_time} /> },
];

export default function DatasetsPage() {
  const query = useQuery(datasetsQuery());
  const rows = query.data ?? [];
  const navigate = useNavigate();
  const [density] = usePreference("density");
  const [making, setMaking] = useState(false);
  return (
    <>
      <PageHeader
        title="Data sets"
        timeless
        actions={
          <Button icon={Plus} onClick={() => setMaking(true)}>
            New data set
          </Button>
        }
      />
      <ListStates query={query} what="The data sets" count={rows.length} empty={<NoDatasets />}>
        <DataTable
          label="Data sets"
          storageKey="datasets"
          rows={rows}
          columns={COLUMNS}
          getId={idOf}
          density={density}
          onOpen={(row) => void navigate({ to: "/datasets/$name", params: { name: row.name } } as never)}
          card={(row) => (
            <div className="flex h-full items-center gap-3">
              <span className="cut flex-1">
                <DatasetLink name={row.name} />
              </span>
              <span className="text-fg-2">{formatCount(row.items)} items</span>
            </div>
          )}
        />
      </ListStates>
      {making && <NewDataset onClose={() => setMaking(false)} />}
    </>
  );
}

function DatasetLink({ name }: { name: string }) {
  return (
    <Link to="/datasets/$name" params={{ name }} search={(old) => carried(old)} className="recorded font-medium">
      {oneLine(name, 120)}
    </Link>
  );
}

function NoDatasets() {
  return (
    <Empty icon={Database} title="No data sets yet">
      <p>
        A data set is a list of cases (input, expected answer) that versions of a prompt or model are tried on. Make one
        here, or from code:
      </p>
      <pre className="mono mt-2 whitespace-pre-wrap text-left [overflow-wrap:anywhere]">{`pellucid.create_dataset("support")
pellucid.add_dataset_items("support", [{"input": "…", "expected": "…"}])`}</pre>
    </Empty>
  );
}

function NewDataset({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const make = useMutation({
    mutationFn: createDataset,
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["datasets"] });
      void navigate({ to: "/datasets/$name", params: { name: made.name } } as never);
    },
    onError: (error) => complain(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) make.mutate({ name: name.trim(), description });
  };
  return (
    <Dialog title="New data set" open onOpenChange={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <label className="flex flex-col gap-1 text-label">
          Name
          <TextInput
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={200}
            required
            autoFocus
          />
        </label>
        <label className="flex flex-col gap-1 text-label">
          What it is for
          <TextInput value={description} onChange={(event) => setDescription(event.target.value)} />
        </label>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!name.trim() || make.isPending}>
            Make it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
