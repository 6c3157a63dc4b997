/** Who is signed in; theme, shortcuts, sign-out. */

import { useQuery } from "@tanstack/react-query";
import { Check, Keyboard, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { meQuery, signOut } from "@/api/identity";
import { Icon } from "@/ui/icons";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/ui/overlays";
import { usePreference } from "@/ui/preferences";
import { openShortcuts } from "./paletteState";

const THEMES = [
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
  { value: "system", label: "As the system", icon: Monitor },
] as const;

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return (
    ((words[0]?.[0] ?? "") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : (words[0]?.[1] ?? ""))).toUpperCase() ||
    "?"
  );
}

export function PersonMenu() {
  const { data: me } = useQuery(meQuery());
  const [theme, setTheme] = usePreference("theme");
  const name = me?.name ?? "Signed in";
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={`${initials(name)}, ${name}: theme, shortcuts, account`}
          className="size-7 shrink-0 rounded-full bg-n4 text-[10px] font-semibold text-fg-2 hover:text-fg"
        >
          {initials(name)}
        </button>
      }
    >
      <div className="px-2 py-1.5">
        <div className="text-label font-semibold">{name}</div>
        <div className="text-micro text-fg-3">
          {me?.local ? "Local owner: this machine only" : (me?.email ?? me?.role)}
        </div>
      </div>
      <MenuLine />
      <MenuLabel>Theme</MenuLabel>
      {THEMES.map(({ value, label, icon }) => (
        <MenuItem
          key={value}
          icon={icon}
          onSelect={() => setTheme(value)}
          hint={theme === value && <Icon icon={Check} size={14} />}
        >
          {label}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem icon={Keyboard} onSelect={openShortcuts} hint="?">
        Keyboard shortcuts
      </MenuItem>
      {me && !me.local && (
        <MenuItem icon={LogOut} onSelect={() => void signOut().then(() => location.assign("/sign-in"))}>
          Sign out
        </MenuItem>
      )}
    </Menu>
  );
}
