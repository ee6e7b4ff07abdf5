'use client';

import { DropdownMenu } from 'radix-ui';
import { useEffect, useRef, type CSSProperties, type FocusEvent, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { MenuPartsContext } from './menu.tsx';

type Box = Pick<DOMRect, 'left' | 'top' | 'width' | 'height'>;

interface MenuSurfaceProps {
  label: string;
  /** The id of the button that it belongs to. */
  labelledBy?: string;
  /** Where it opens: beside this part of the window, or beside an element, wherever that goes. */
  anchor: Box | (() => HTMLElement | null);
  align: 'start' | 'end';
  gapPx: number;
  /** Opened with the keyboard: its first item has the focus. */
  byKeys?: boolean;
  modal?: boolean;
  onClose: () => void;
  /** It has let go of the focus. */
  onClosed: () => void;
  children: ReactNode;
}

/** A menu while it is open. */
export function MenuSurface({
  label,
  labelledBy,
  anchor,
  align,
  gapPx,
  byKeys = false,
  modal = false,
  onClose,
  onClosed,
  children,
}: MenuSurfaceProps) {
  const place = useRef<HTMLSpanElement>(null);
  const isEntered = useRef(false);
  const element = typeof anchor === 'function' ? anchor() : null;
  useEffect(() => {
    if (!element) return;
    const follow = () =>
      Object.assign(place.current!.style, styleOf(element.getBoundingClientRect()));
    const options = { capture: true, passive: true };
    addEventListener('scroll', follow, options);
    addEventListener('resize', follow);
    return () => {
      removeEventListener('scroll', follow, options);
      removeEventListener('resize', follow);
    };
  }, [element]);

  const box = typeof anchor === 'function' ? anchor()?.getBoundingClientRect() : anchor;
  const enter = ({ target, currentTarget }: FocusEvent) => {
    if (isEntered.current || target !== currentTarget) return;
    isEntered.current = true;
    if (byKeys) currentTarget.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  };
  return (
    <DropdownMenu.Root open modal={modal} onOpenChange={(open) => open || onClose()}>
      {createPortal(
        <DropdownMenu.Trigger asChild>
          <span
            ref={place}
            aria-hidden
            className="pointer-events-none fixed"
            style={box && styleOf(box)}
          />
        </DropdownMenu.Trigger>,
        document.body,
      )}
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          aria-label={label}
          aria-labelledby={labelledBy}
          align={align}
          side="bottom"
          sideOffset={gapPx}
          collisionPadding={8}
          onFocus={enter}
          onPointerDownOutside={(event) => {
            // Its button closes it by the click that follows.
            if (element?.contains(event.target as Node)) event.preventDefault();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            onClosed();
          }}
          className="z-40 max-h-(--radix-popper-available-height) min-w-56 animate-rise overflow-y-auto rounded-lg bg-raised p-1.5 shadow-3 outline-none"
        >
          <MenuPartsContext value={DropdownMenu}>{children}</MenuPartsContext>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const styleOf = ({ left, top, width, height }: Box): CSSProperties => ({
  left: `${left}px`,
  top: `${top}px`,
  width: `${width}px`,
  height: `${height}px`,
});
