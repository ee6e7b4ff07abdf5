'use client';

import { useEffect, useState } from 'react';

const delayMs = 500;
const gapPx = 6;
const edgePx = 8;

const markedIn = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;

/**
 * Shows what a control is called (`data-tip`, and its keys as `data-tip-keys`) under a resting mouse or
 * with the keyboard's focus. One for the whole page, and no layer of its own: Esc takes it away together
 * with what lies below it. Their names are on the controls themselves, so nobody needs it read out.
 */
export function Tooltips() {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  useEffect(() => {
    const listening = new AbortController();
    const on = <K extends keyof DocumentEventMap>(
      type: K,
      listener: (event: DocumentEventMap[K]) => void,
    ) => document.addEventListener(type, listener, { capture: true, signal: listening.signal });
    let timer: ReturnType<typeof setTimeout> | undefined;
    let hovered: HTMLElement | null = null;
    let wanted: HTMLElement | null = null;
    const show = (next: HTMLElement | null, afterMs = 0) => {
      clearTimeout(timer);
      wanted = next;
      setAnchor(null);
      if (next) timer = setTimeout(() => setAnchor(next), afterMs);
    };
    on('pointerover', ({ target, pointerType }) => {
      const next = pointerType === 'touch' ? null : markedIn(target);
      if (next === hovered) return;
      hovered = next;
      show(next, delayMs);
    });
    on('focusin', ({ target }) => {
      const next = markedIn(target);
      show(next?.matches(':focus-visible') ? next : null);
    });
    const hide = () => show(null);
    on('focusout', hide);
    on('pointerdown', hide);
    on('click', hide);
    // Of what scrolls elsewhere the control does not move.
    on('scroll', ({ target }) => target instanceof Node && target.contains(wanted) && hide());
    on('keydown', ({ key }) => key === 'Escape' && hide());
    // This comes after the page: somebody may be at a control already.
    const first = markedIn(document.activeElement);
    // On a touch screen what was touched last counts as hovered.
    if (matchMedia('(hover: hover)').matches) hovered = document.querySelector('[data-tip]:hover');
    if (first?.matches(':focus-visible')) show(first);
    else show(hovered, delayMs);
    return () => {
      clearTimeout(timer);
      listening.abort();
    };
  }, []);
  if (!anchor?.isConnected) return null;
  const { tip, tipKeys } = anchor.dataset;
  return (
    <div
      role="tooltip"
      ref={(box) => {
        if (box) place(box, anchor.getBoundingClientRect());
      }}
      className="pointer-events-none fixed z-50 flex animate-fade items-center gap-2 rounded-sm bg-toast px-2.5 py-1.5 text-sm text-on-toast shadow-2"
    >
      {tip}
      {tipKeys && <span className="text-xs opacity-80">{tipKeys}</span>}
    </div>
  );
}

/** Above the control, or below it where there is no room, and within the window. */
function place(box: HTMLElement, anchor: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = box;
  const above = anchor.top - gapPx - height;
  const start = anchor.left + (anchor.width - width) / 2;
  box.style.top = `${above < edgePx ? anchor.bottom + gapPx : above}px`;
  box.style.left = `${Math.max(edgePx, Math.min(start, innerWidth - width - edgePx))}px`;
}
