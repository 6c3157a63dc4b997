/** How a section of the settings looks: a title, one sentence, its form, its rows. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { complain, notify } from "@/ui/toasts";

export function Section({ title, children, about }: { title: string; about: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex w-full max-w-[880px] flex-col gap-4">
      <header>
        <h2 className="text-[15px]">{title}</h2>
        <p className="mt-1 max-w-[72ch] text-label text-fg-2">{about}</p>
      </header>
      {children}
    </section>
  );
}

export function Row({ children }: { children: ReactNode }) {
  return (
    <li className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 border-b border-grid py-1.5 text-label">
      {children}
    </li>
  );
}

export function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className="flex min-w-0 flex-col gap-1 text-label text-fg-2">
      {label}
      {children}
    </label>
  );
}

/** A change of a settings list: refreshes it, says what happened. */
export function useChange<A, R>(run: (argument: A) => Promise<R>, said: string | null, onDone?: (result: R) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (result) => {
      void client.invalidateQueries({ queryKey: ["settings"] });
      if (said) notify(said);
      onDone?.(result);
    },
    onError: (error) => complain(error, "Not done"),
  });
}
