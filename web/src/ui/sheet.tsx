/** A slide-over: details of a row at the right edge, above the list that it came from. Escape closes it. */

import { X } from "lucide-react";
import { Dialog as RadixDialog } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./controls";

export function Sheet({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  return (
    <RadixDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="fixed inset-0 z-40 bg-[oklch(0_0_0/.18)]" />
        <RadixDialog.Content
          aria-describedby={undefined}
          className="floating fixed inset-y-0 right-0 z-50 flex w-[min(720px,100vw)] flex-col rounded-none outline-none"
        >
          <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
            <RadixDialog.Title className="recorded cut flex-1">{title}</RadixDialog.Title>
            <RadixDialog.Close asChild>
              <Button look="ghost" square icon={X} aria-label="Close" />
            </RadixDialog.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
