import { TriangleAlert } from '#lib/ui/icons.tsx';
import { useEffect, useRef } from 'react';
import type { ClientError, PendingMessage } from '#lib/client/types.ts';
import { useActions } from '#lib/client/provider.tsx';
import { haptic } from '#lib/ui/haptic.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { notSentText, notYetText } from './not-sent-text.ts';

/** Under a message that is not accepted so far: why, and what can be done. */
export function Unsent({ pending }: { pending: PendingMessage }) {
  const before = useRef(pending.status);
  useEffect(() => {
    if (pending.status === 'failed' && before.current === 'pending') haptic('failure');
    before.current = pending.status;
  }, [pending.status]);
  if (pending.status === 'failed') return <NotSent pending={pending} />;
  return pending.error && <NotYet reason={pending.error} />;
}

function NotSent({ pending }: { pending: PendingMessage }) {
  const t = useTexts();
  const { retry, discard } = useActions();
  const button = 'relative font-semibold underline underline-offset-2 tap-area';
  return (
    <div
      role="alert"
      className="mt-1 mb-1.5 flex flex-wrap items-center justify-end gap-x-2 gap-y-1 text-xs text-danger"
    >
      <span className="flex min-w-0 items-start gap-1.5">
        <TriangleAlert aria-hidden className="mt-px icon-xs" />
        {notSentText(t, pending.error)}
      </span>
      <button
        type="button"
        className={button}
        onClick={({ currentTarget }) => {
          // This line goes away now, and would take the focus with it.
          currentTarget.closest('[data-key]')?.querySelector<HTMLElement>('[data-bubble]')?.focus();
          retry(pending.conversationId, pending.clientId);
        }}
      >
        {t('action.tryAgain')}
      </button>
      <button
        type="button"
        className={`${button} text-text-2`}
        onClick={() => discard(pending.conversationId, pending.clientId)}
      >
        {t('action.delete')}
      </button>
    </div>
  );
}

function NotYet({ reason }: { reason: ClientError }) {
  const t = useTexts();
  return (
    <p role="status" className="mt-1 mb-1.5 text-end text-xs text-text-2">
      {notYetText(t, reason)}
    </p>
  );
}
