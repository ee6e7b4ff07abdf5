'use client';

import { useEffect, useSyncExternalStore, type CSSProperties } from 'react';
import { createPortal } from 'react-dom';
import { toast, Toaster as Sonner, useSonner } from 'sonner';
import { useTexts } from './texts-provider.tsx';
import { phoneQuery } from './theme.ts';
import { onToastsMoved, tellToastsMoved, toastPlace } from './toast-place.ts';

const gap = 8;
/** However much room there is (px). */
const widest = 460;
/** For a toast of two lines (px). */
const leastRoom = 92;
/** From the page's end up (px), where nothing else says how far. */
const usualFoot = 88;

const onPhoneChange = (listener: () => void) => {
  const query = matchMedia(phoneQuery);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
};

const classNames = {
  toast:
    'inset-x-0 mx-auto flex min-h-12 w-fit max-w-full items-center gap-2.5 rounded-row bg-toast py-1.5 ps-4 pe-2 font-sans text-md text-on-toast shadow-3 phone:mx-0 phone:w-full',
  icon: '[&>svg]:size-4.5',
  content: 'min-w-0 flex-1 py-1.5 pe-2',
  actionButton:
    'order-1 min-h-11 flex-none rounded-sm px-2.5 font-semibold whitespace-nowrap text-toast-action',
  closeButton: 'order-2 grid size-11 flex-none place-items-center rounded-sm [&>svg]:size-4.5',
};

interface ToasterProps {
  /** Once what is told can be shown. */
  onReady: (show: typeof toast) => void;
}

/**
 * Where toasts are shown: on top of everything, in the middle of the sheet or dialog that they tell about.
 * On a phone they stand over a sheet that comes up from its end.
 */
export function Toaster({ onReady }: ToasterProps) {
  const t = useTexts();
  const isPhone = useSyncExternalStore(
    onPhoneChange,
    () => matchMedia(phoneQuery).matches,
    () => false,
  );
  const { left, width, bottom } = usePosition();
  // After Sonner's own, by which it listens.
  useEffect(() => onReady(toast), [onReady]);
  return createPortal(
    <Sonner
      position="bottom-center"
      visibleToasts={isPhone ? 1 : 3}
      expand
      gap={gap}
      offset={{ bottom: bottom ?? usualFoot }}
      mobileOffset={{
        bottom: bottom ?? 'calc(76px + env(safe-area-inset-bottom))',
        left: 12,
        right: 12,
      }}
      {...(!isPhone && { style: { left, '--width': `${width}px` } as CSSProperties })}
      dir={t.direction}
      containerAriaLabel={t('app.notices')}
      // Otherwise Sonner adds the keys that lead there.
      customAriaLabel={isPhone ? t('app.notices') : undefined}
      toastOptions={{ unstyled: true, classNames, closeButtonAriaLabel: t('action.close') }}
    />,
    toastPlace(),
  );
}

/** By the sheet or dialog that they tell about (px); undefined for what is the page's own. */
function usePosition() {
  // Draws anew with each toast.
  const { toasts } = useSonner();
  const isShowing = toasts.length > 0;
  useEffect(() => (isShowing ? watchComposer() : undefined), [isShowing]);
  return {
    left: useSyncExternalStore(onToastsMoved, findMiddle),
    width: useSyncExternalStore(onToastsMoved, findWidth),
    bottom: useSyncExternalStore(onToastsMoved, findFoot),
  };
}

/** Toasts stand above the composer, which comes and goes with a chat and grows with what is written. */
function watchComposer(): () => void {
  let composer: Element | null = null;
  // Calls also for what is on the page no more.
  const sizes = new ResizeObserver(tellToastsMoved);
  const look = () => {
    const found = findComposer();
    if (found && found !== composer) sizes.observe(found);
    composer = found;
  };
  const changes = new MutationObserver(look);
  changes.observe(document.body, { childList: true, subtree: true });
  look();
  return () => {
    changes.disconnect();
    sizes.disconnect();
  };
}

const findComposer = () => document.querySelector('[data-composer]');

const findDialog = () => toastPlace().closest('[role=dialog]');

const sheetBox = () => (findDialog() ?? document.getElementById('main'))?.getBoundingClientRect();

/** Where its middle is. */
function findMiddle(): number | undefined {
  const box = sheetBox();
  return box && box.left + box.width / 2;
}

/** How wide a toast may be at most. */
const findWidth = (): number => Math.min(widest, (sheetBox()?.width ?? innerWidth) - 2 * gap);

/**
 * How far up from the page's end toasts are in nobody's way: above the composer, or a dialog that reaches down to
 * where they usually are; in one that leaves no room, above its buttons.
 */
function findFoot(): number | undefined {
  const dialog = findDialog();
  const box = dialog?.getBoundingClientRect();
  if (box && box.bottom <= innerHeight - usualFoot - leastRoom) return undefined;
  const isFull = box && box.top < leastRoom;
  const under = isFull ? dialog?.querySelector('footer') : (dialog ?? findComposer());
  const above = under?.getBoundingClientRect();
  return above?.height ? innerHeight - above.top + gap : undefined;
}
