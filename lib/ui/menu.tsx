'use client';

import {
  cloneElement,
  createContext,
  use,
  useEffect,
  useId,
  useRef,
  useState,
  type ComponentProps,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
} from 'react';
import type { DropdownMenu } from 'radix-ui';
import { useBackCloses } from '#lib/ui/back.ts';
import { haptic } from '#lib/ui/haptic.ts';
import { openOnDemand } from '#lib/ui/on-demand.tsx';
import { useLongPress } from '#lib/ui/use-long-press.ts';

// What a menu opens with. What it is when it is open comes by itself (menu-surface.tsx): with its popper and
// its keys it is larger than a conversation.

const MenuSurface = openOnDemand(async () => (await import('./menu-surface.tsx')).MenuSurface);

interface MenuProps {
  /** The button; it is given its menu's state and focus. */
  trigger: ReactElement<ComponentProps<'button'>>;
  label: string;
  children: ReactNode;
  align?: 'start' | 'end';
}

export function Menu({ trigger, label, children, align = 'end' }: MenuProps) {
  const id = useId();
  const [opened, setOpened] = useState<{ byKeys: boolean } | null>(null);
  const close = () => setOpened(null);
  useBackCloses(opened !== null, close);
  const button = () => document.getElementById(id);
  return (
    <>
      {cloneElement(trigger, {
        id,
        'aria-haspopup': 'menu',
        'aria-expanded': opened !== null,
        // A click by Enter or Space has no place in a count of clicks.
        onClick: ({ detail }: MouseEvent) => setOpened(opened ? null : { byKeys: detail === 0 }),
        onKeyDown: (event: KeyboardEvent) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          setOpened({ byKeys: true });
        },
      })}
      {opened && (
        <MenuSurface
          label={label}
          labelledBy={id}
          anchor={button}
          align={align}
          gapPx={4}
          byKeys={opened.byKeys}
          onClose={close}
          onClosed={() => document.activeElement === document.body && button()?.focus()}
        >
          {children}
        </MenuSurface>
      )}
    </>
  );
}

interface ContextMenuProps {
  /** What is right-clicked, or pressed long. */
  children: ReactNode;
  label: string;
  menu: ReactNode;
}

interface Opening {
  left: number;
  top: number;
  by: 'hold' | 'keys' | 'pointer';
}

export function ContextMenu({ children, label, menu }: ContextMenuProps) {
  const [at, setAt] = useState<Opening | null>(null);
  const close = () => setAt(null);
  // Nothing was there to have one.
  if (at && !menu) close();
  useBackCloses(at !== null, close);
  const before = useRef<Element>(null);
  const open = ({ clientX: left, clientY: top }: MouseEvent | PointerEvent, by: Opening['by']) => {
    before.current = document.activeElement;
    setAt({ left, top, by });
  };
  const press = useLongPress((event) => {
    open(event, 'hold');
    return true;
  });
  useEffect(() => {
    if (at?.by === 'hold') haptic('press');
  }, [at]);
  const onContextMenu = (event: MouseEvent) => {
    event.preventDefault();
    press.stop();
    const { pointerType } = event.nativeEvent as globalThis.PointerEvent;
    // A finger has it already, as a rule: browsers ask later than we do.
    if (!at) open(event, ['mouse', 'touch', 'pen'].includes(pointerType) ? 'pointer' : 'keys');
  };
  return (
    <>
      <div
        className="contents touch:select-none touch:[-webkit-touch-callout:none]"
        onContextMenu={onContextMenu}
        {...press.listeners}
      >
        {children}
      </div>
      {at && menu && (
        <MenuSurface
          key={`${at.left} ${at.top}`}
          label={label}
          anchor={{ left: at.left, top: at.top, width: 0, height: 0 }}
          byKeys={at.by === 'keys'}
          align="start"
          gapPx={0}
          onClose={close}
          onClosed={() => {
            if (document.activeElement !== document.body) return;
            if (before.current instanceof HTMLElement)
              before.current.focus({ preventScroll: true });
          }}
        >
          {menu}
        </MenuSurface>
      )}
    </>
  );
}

type MenuParts = Pick<typeof DropdownMenu, 'Item' | 'Separator'>;

/** What items are made of; whoever draws the open menu has it. */
export const MenuPartsContext = createContext<MenuParts | null>(null);

function useMenuParts(): MenuParts {
  const parts = use(MenuPartsContext);
  if (!parts) throw new Error('There is no open menu around this item');
  return parts;
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
  const { Item } = useMenuParts();
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
  const { Separator } = useMenuParts();
  return <Separator className="mx-3 my-1.5 h-px bg-border" />;
}
