import type { ConversationLog } from '#lib/client/types.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { Button } from '#lib/ui/button.tsx';
import { Spinner } from '#lib/ui/spinner.tsx';
import type { Texts } from '#lib/texts/texts.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { firstName } from './names.ts';
import type { Fetching } from './use-fetching.ts';

const row = 'mx-auto flex min-h-10 flex-none flex-wrap items-center justify-center gap-2 px-6 py-2';

interface LogTopProps {
  conversation: Conversation;
  log: ConversationLog;
  fetching: Fetching;
  isShown: boolean;
}

/** Above the log: what is being fetched, or that this is where the conversation begins. */
export function LogTop({ conversation, log, fetching, isShown }: LogTopProps) {
  const t = useTexts();
  const text = beginning(t, conversation);
  return (
    // Pushes a log that is shorter than the page down to the composer.
    <div className="mt-auto flex-none">
      {isShown && log.hasOlder && (
        <div className={row}>
          {fetching.failed === 'older' ? (
            <Failed what={t('log.olderFailed')} onRetry={() => fetching.retry('older')} />
          ) : (
            <span className="text-text-3" role="status" aria-label={t('log.loadingOlder')}>
              {log.loading === 'older' && <Spinner size={20} />}
            </span>
          )}
        </div>
      )}
      {isShown && !log.hasOlder && log.loading !== 'first' && text && (
        <p className="px-6 pt-6 text-center text-sm text-text-3">{text}</p>
      )}
    </div>
  );
}

/** Below the log, while it does not reach to the newest message. */
export function LogEnd({ log, fetching, isShown }: Omit<LogTopProps, 'conversation'>) {
  const t = useTexts();
  if (!isShown || !log.hasNewer) return null;
  return (
    <div className={row}>
      {fetching.failed === 'newer' ? (
        <Failed what={t('log.newerFailed')} onRetry={() => fetching.retry('newer')} />
      ) : (
        <span className="text-text-3" role="status" aria-label={t('log.loadingNewer')}>
          <Spinner size={20} />
        </span>
      )}
    </div>
  );
}

function Failed({ what, onRetry }: { what: string; onRetry: () => void }) {
  const t = useTexts();
  return (
    <>
      <span className="text-sm text-text-2">{what}</span>
      <Button variant="text" size="sm" onClick={onRetry}>
        {t('action.tryAgain')}
      </Button>
    </>
  );
}

/** A group begins with its own line, that somebody created it. */
function beginning(t: Texts, { kind, title, me }: Conversation): string | null {
  if (kind === 'direct') return t('log.begins', { name: firstName(title) });
  return me.visibleFromSeq > 1 ? t('log.hidden') : null;
}
