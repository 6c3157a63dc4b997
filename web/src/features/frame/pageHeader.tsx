/** The bar on top of every page: what this is, and the environment, time range and palette that are the same everywhere. */

import { Search } from "lucide-react";
import type { ReactNode } from "react";
import { Button, Keys } from "@/ui/controls";
import { useTitle } from "@/ui/hooks";
import { EnvironmentPicker } from "./environmentPicker";
import { openPalette } from "./paletteState";
import { PersonMenu } from "./personMenu";
import { TimePicker } from "./timePicker";

export interface PageHeaderProps {
  title: string;
  /** Stands where the title would: breadcrumbs of a detail page. */
  crumbs?: ReactNode;
  beside?: ReactNode;
  actions?: ReactNode;
  /** A page about one thing needs no time range. */
  timeless?: boolean;
}

export function PageHeader({ title, crumbs, beside, actions, timeless = false }: PageHeaderProps) {
  useTitle(title);
  return (
    <header className="flex h-12 min-w-0 shrink-0 items-center gap-2 border-b border-line px-3 wide:px-4">
      {crumbs ? (
        <>
          <h1 className="sr-only">{title}</h1>
          {crumbs}
        </>
      ) : (
        <h1 className="whitespace-nowrap">{title}</h1>
      )}
      {beside}
      <div className="min-w-0 flex-1" />
      {actions}
      {!timeless && (
        <>
          <EnvironmentPicker />
          <TimePicker />
        </>
      )}
      <Button className="text-fg-3 max-broad:hidden" icon={Search} onClick={openPalette}>
        Go to… <Keys binding="mod+k" />
      </Button>
      <Button
        className="broad:hidden"
        look="ghost"
        square
        icon={Search}
        aria-label="Go to page, trace or command"
        onClick={openPalette}
      />
      <PersonMenu />
    </header>
  );
}
