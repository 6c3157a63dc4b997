/** Things that float: popover, menu, dialog. Thin dressings of the Radix primitives. */

import { X } from "lucide-react";
import { Dialog as RadixDialog, DropdownMenu as RadixMenu, Popover as RadixPopover } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./classes";
import { Button } from "./controls";
import { Icon, type IconType } from "./icons";

export function Popover({
  trigger,
  children,
  align = "end",
  className,
  label,
  open,
  onOpenChange,
}: {
  trigger: ReactElement;
  children: ReactNode;
  align?: "start" | "center" | "end";
  className?: string;
  label: string;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}) {
  return (
    <RadixPopover.Root open={open} onOpenChange={onOpenChange}>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={cx("floating max-w-[calc(100vw-16px)] p-3 outline-none", className)}
        >
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}

export const PopoverClose = RadixPopover.Close;

export function Menu({
  trigger,
  children,
  align = "end",
  onOpenChange,
}: {
  trigger: ReactElement;
  children: ReactNode;
  align?: "start" | "end";
  onOpenChange?: (open: boolean) => void;
}) {
  return (
    <RadixMenu.Root modal={false} onOpenChange={onOpenChange}>
      <RadixMenu.Trigger asChild>{trigger}</RadixMenu.Trigger>
      <RadixMenu.Portal>
        <RadixMenu.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="floating max-h-[70vh] min-w-[180px] overflow-y-auto p-1"
        >
          {children}
        </RadixMenu.Content>
      </RadixMenu.Portal>
    </RadixMenu.Root>
  );
}

export function MenuItem({
  icon,
  children,
  onSelect,
  hint,
  disabled,
  danger,
}: {
  icon?: IconType;
  children: ReactNode;
  onSelect: () => void;
  hint?: ReactNode;
  disabled?: boolean;
  danger?: boolean;
}) {
  return (
    <RadixMenu.Item className={cx("menu-item", danger && "text-error")} onSelect={onSelect} disabled={disabled}>
      {icon && <Icon icon={icon} size={14} className={danger ? "" : "text-fg-3"} />}
      <span className="cut flex-1">{children}</span>
      {hint && <span className="text-fg-3">{hint}</span>}
    </RadixMenu.Item>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <RadixMenu.Label className="px-2 pt-2 pb-1 text-micro font-medium text-fg-3">{children}</RadixMenu.Label>;
}

export function MenuLine() {
  return <RadixMenu.Separator className="my-1 h-px bg-line" />;
}

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  wide = false,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  children: ReactNode;
  wide?: boolean;
}) {
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="fixed inset-0 z-40 bg-[oklch(0_0_0/.28)]" />
        <RadixDialog.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          className={cx(
            "floating fixed top-[12vh] left-1/2 flex max-h-[76vh] w-[calc(100vw-24px)] -translate-x-1/2 flex-col outline-none",
            wide ? "max-w-[720px]" : "max-w-[480px]",
          )}
        >
          <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line pr-2 pl-4">
            <RadixDialog.Title className="flex-1">{title}</RadixDialog.Title>
            <RadixDialog.Close asChild>
              <Button look="ghost" square icon={X} aria-label="Close" />
            </RadixDialog.Close>
          </header>
          <div className="min-h-0 overflow-y-auto p-4">
            {description && (
              <RadixDialog.Description className="mb-3 text-label text-fg-2">{description}</RadixDialog.Description>
            )}
            {children}
          </div>
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
