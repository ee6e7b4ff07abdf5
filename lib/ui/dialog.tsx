'use client';

import { ArrowLeft, X } from '#lib/ui/icons.tsx';
import { Dialog as Radix } from 'radix-ui';
import { useRef, type ReactNode } from 'react';
import { useBackCloses } from '#lib/ui/back.ts';
import { IconButton } from '#lib/ui/icon-button.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { isOnToast, keepToasts } from '#lib/ui/toast-place.ts';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** On a phone a flow is a full page, a choice a bottom sheet, a confirmation a centred card. */
  kind?: 'flow' | 'choice' | 'confirm';
  footer?: ReactNode;
  /** One step back inside a flow; without it the arrow closes. */
  onBack?: (() => void) | undefined;
  children: ReactNode;
}

const shapes = {
  flow: 'h-[600px] max-h-[calc(100dvh-32px)] animate-rise phone:h-dvh phone:max-h-none phone:w-full phone:max-w-none phone:rounded-none phone:bg-surface phone:shadow-none phone:animate-page-in phone:pt-[env(safe-area-inset-top)] phone:pb-[env(safe-area-inset-bottom)]',
  choice:
    'h-fit max-h-[calc(100dvh-32px)] animate-rise phone:mb-0 phone:w-full phone:max-w-none phone:rounded-b-none phone:animate-sheet-up phone:pb-[env(safe-area-inset-bottom)]',
  confirm: 'h-fit max-h-[calc(100dvh-32px)] animate-rise',
} as const;

/** The main button comes last; stacked on a phone it stands on top. */
const footers = {
  flow: 'border-t border-border px-4 py-3 *:flex-1',
  choice: 'justify-end px-5 pt-3 pb-5',
  confirm: 'flex-wrap justify-end px-5 pt-3 pb-5 phone:flex-col-reverse phone:*:w-full',
} as const;

/** Of the dialog opened last: one that takes another's place gives the focus back to where that one would. */
let lastOpener: HTMLElement | null = null;

/** Radix gives the focus back to a dialog's own trigger only, and ours are opened from anywhere. */
function useFocusKept(kind: keyof typeof shapes) {
  const before = useRef<HTMLElement | null>(null);
  const onOpenAutoFocus = (event: Event) => {
    const focused = document.activeElement;
    before.current = focused === document.body ? lastOpener : openerOf(focused);
    lastOpener = before.current;
    if (kind === 'confirm' || !(event.currentTarget instanceof HTMLElement)) return;
    // Itself rather than its first button, whose tooltip would open.
    event.preventDefault();
    event.currentTarget.focus();
  };
  const onCloseAutoFocus = (event: Event) => {
    event.preventDefault();
    // What took the focus meanwhile keeps it: the dialog that follows, the chat that was opened.
    if (document.activeElement !== document.body) return;
    // What it was opened from may have gone with what was done.
    const opener = before.current?.isConnected ? before.current : document.getElementById('main');
    opener?.focus();
    lastOpener = null;
  };
  return { onOpenAutoFocus, onCloseAutoFocus };
}

/** An item of a menu goes away with it; the button that opened the menu stays. */
function openerOf(focused: Element | null): HTMLElement | null {
  const triggerId = focused?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  const opener = triggerId ? document.getElementById(triggerId) : focused;
  return opener instanceof HTMLElement ? opener : null;
}

export function Dialog(props: DialogProps) {
  const { open, onOpenChange, title, kind = 'confirm', footer, onBack, children } = props;
  const t = useTexts();
  const flow = kind === 'flow';
  const focus = useFocusKept(kind);
  useBackCloses(open, () => onOpenChange(false));
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-30 animate-fade bg-scrim" />
        <Radix.Content
          ref={keepToasts}
          aria-describedby={undefined}
          {...focus}
          onInteractOutside={(event) => isOnToast(event.target) && event.preventDefault()}
          className={`fixed inset-0 z-30 m-auto flex w-110 max-w-[calc(100%-32px)] flex-col overflow-hidden rounded-xl bg-raised shadow-3 outline-none [--ring:var(--c-raised)] ${shapes[kind]}`}
        >
          <header
            className={`flex flex-none items-center gap-2 ps-6 pe-3 pt-3.5 pb-2 ${flow ? 'phone:px-1 phone:py-2' : ''} ${kind === 'confirm' ? 'pb-0.5!' : ''}`}
          >
            {flow && (
              <IconButton
                label={t('action.back')}
                className={onBack ? 'tablet:-ms-3' : 'tablet:hidden'}
                icon={<ArrowLeft aria-hidden className="flip-rtl" />}
                onClick={() => (onBack ? onBack() : onOpenChange(false))}
              />
            )}
            <Radix.Title className="min-w-0 flex-1 py-1.5 text-xl font-bold tracking-[-.01em]">
              {title}
            </Radix.Title>
            {kind !== 'confirm' && (
              <IconButton
                label={t('action.close')}
                className={flow ? 'phone:hidden' : ''}
                icon={<X aria-hidden />}
                onClick={() => onOpenChange(false)}
              />
            )}
          </header>
          {flow ? (
            <div className="flex min-h-0 flex-1 flex-col">{children}</div>
          ) : (
            <div className="min-h-0 overflow-y-auto px-6 pt-1 pb-5 text-text-2">{children}</div>
          )}
          {footer && <footer className={`flex flex-none gap-2 ${footers[kind]}`}>{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
