/** What brings cases into a data set and out of it: import, export, samples of the week. */

import { CalendarClock, Download, FlaskConical, Tags, Upload } from "lucide-react";
import { useState } from "react";
import { type ExportFormat, exportDataset } from "@/api/curation";
import { HeadButton } from "@/ui/controls";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/ui/overlays";
import { ImportDialog } from "./importDialog";
import { LabelDialog } from "./labelDialog";
import { RunDialog } from "./runDialog";
import { SamplingDialog } from "./samplingDialog";

const FORMATS: readonly (readonly [ExportFormat, string, string])[] = [
  ["jsonl", "JSONL", "exact"],
  ["parquet", "Parquet", "exact"],
  ["csv", "CSV", "safe in a spreadsheet"],
];

export function DatasetActions({ name, version }: { name: string; version: string | undefined }) {
  const [open, setOpen] = useState<"import" | "sampling" | "run" | "label" | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <HeadButton icon={Upload} label="Import" onClick={() => setOpen("import")} />
      <Menu trigger={<HeadButton icon={Download} label="Export" />}>
        <MenuLabel>{version ? `Version ${version}` : "The newest version"}</MenuLabel>
        {FORMATS.map(([format, words, hint]) => (
          <MenuItem key={format} hint={hint} onSelect={() => exportDataset(name, version, format)}>
            {words}
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem hint="formulas kept" onSelect={() => exportDataset(name, version, "csv", true)}>
          CSV, raw
        </MenuItem>
        <MenuItem hint="JSONL" onSelect={() => exportDataset(name, version, "chats")}>
          Chats for fine-tuning
        </MenuItem>
      </Menu>
      <HeadButton icon={CalendarClock} label="Sample this week" onClick={() => setOpen("sampling")} />
      <HeadButton icon={FlaskConical} label="Run an experiment" onClick={() => setOpen("run")} />
      <HeadButton icon={Tags} label="Label" onClick={() => setOpen("label")} />
      {open === "label" && <LabelDialog name={name} onClose={close} />}
      {open === "run" && <RunDialog dataset={name} onClose={close} />}
      {open === "import" && <ImportDialog name={name} onClose={close} />}
      {open === "sampling" && <SamplingDialog name={name} onClose={close} />}
    </>
  );
}
