'use client';

import { ContextMenu as Context, DropdownMenu as Dropdown } from 'radix-ui';
import { createContext, use, useState, type ReactNode } from 'react';
import { useBackCloses } from '#lib/ui/back.ts';

const surface =
  'z-40 max-h-(--radix-popper-available-height) min-w-56 animate-rise overflow-y-auto rounded-lg bg-raised p-1.5 shadow-3 outline-none';

/** The two kinds of menu have items of their own; an item asks in which it is. */
const Items = createContext<typeof Dropdown | typeof Context>(Dropdown);

interface MenuProps {
  /** The button; it is given its menu's state and focus. */
  trigger: ReactNode;
  label: string;
  children: ReactNode;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom';
  onOpenChange?: (open: boolean) => void;
}

export function Menu({
  trigger,
  label,
  children,
  align = 'end',
  side = 'bottom',
  onOpenChange,
}: MenuProps) {
  const [open, setOpen] = useState(false);
  const change = (next: boolean) => {
    setOpen(next);
    onOpenChange?.(next);
  };
  useBackCloses(open, () => change(false));
  return (
    <Dropdown.Root open={open} onOpenChange={change} modal={false}>
      <Dropdown.Trigger asChild>{trigger}</Dropdown.Trigger>
      <Dropdown.Portal>
        <Dropdown.Content
          aria-label={label}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className={surface}
        >
          <Items value={Dropdown}>{children}</Items>
        </Dropdown.Content>
      </Dropdown.Portal>
    </Dropdown.Root>
  );
}

interface ContextMenuProps {
  /** What is right-clicked, or pressed long; one element. */
  children: ReactNode;
  label: string;
  menu: ReactNode;
  disabled?: boolean;
  onOpenChange?: (open: boolean) => void;
}

export function ContextMenu({
  children,
  label,
  menu,
  disabled = false,
  onOpenChange,
}: ContextMenuProps) {
  return (
    <Context.Root modal={false} {...(onOpenChange && { onOpenChange })}>
      <Context.Trigger asChild disabled={disabled}>
        {children}
      </Context.Trigger>
      <Context.Portal>
        <Context.Content aria-label={label} collisionPadding={8} className={surface}>
          <Items value={Context}>{menu}</Items>
        </Context.Content>
      </Context.Portal>
    </Context.Root>
  );
}

interface MenuItemProps {
  icon?: ReactNode;
  label: string;
  shortcut?: string;
  danger?: boolean;
  disabled?: boolean;
  onSelect: (event: Event) => void;
}

export function MenuItem({
  icon,
  label,
  shortcut,
  danger = false,
  disabled = false,
  onSelect,
}: MenuItemProps) {
  const { Item } = use(Items);
  return (
    <Item
      disabled={disabled}
      onSelect={onSelect}
      className={`flex min-h-10 w-full cursor-pointer items-center gap-3 rounded-sm px-3 text-md outline-none select-none data-disabled:cursor-default data-disabled:text-text-3 data-highlighted:bg-hover-surface phone:min-h-12 touch:min-h-12 [&>svg]:size-5 ${danger ? 'text-danger' : 'text-text [&>svg]:text-text-2'}`}
    >
      {icon}
      <span className="flex-1">{label}</span>
      {shortcut && (
        <span className="text-xs text-text-3 phone:hidden touch:hidden">{shortcut}</span>
      )}
    </Item>
  );
}

export function MenuSeparator() {
  const { Separator } = use(Items);
  return <Separator className="mx-3 my-1.5 h-px bg-border" />;
}
