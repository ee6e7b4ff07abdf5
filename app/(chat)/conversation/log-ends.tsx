import type { ConversationLog } from '#lib/client/types.ts';
import { Button } from '#lib/ui/button.tsx';
import { Spinner } from '#lib/ui/spinner.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import type { Fetching } from './use-fetching.ts';

interface LogEndProps {
  log: ConversationLog;
  fetching: Fetching;
}

/** How high (px) what stands above a log that goes on there is. */
export const topRoom = 56;

/** Above what is loaded of the log: that more is being fetched. Takes no room of its own. */
export function LogTop({ log, fetching }: LogEndProps) {
  const t = useTexts();
  if (!log.hasOlder) return null;
  return (
    <div className="absolute inset-x-0 top-0 flex h-14 items-center justify-center gap-2 px-6">
      {fetching.failed === 'older' ? (
        <Failed what={t('log.olderFailed')} onRetry={() => fetching.retry('older')} />
      ) : (
        <span className="text-text-3" role="status" aria-label={t('log.loadingOlder')}>
          {log.loading === 'older' && <Spinner size={20} />}
        </span>
      )}
    </div>
  );
}

/** Below the log, while it does not reach to the newest message. */
export function LogEnd({ log, fetching }: LogEndProps) {
  const t = useTexts();
  if (!log.hasNewer) return null;
  return (
    <div className="flex min-h-10 flex-wrap items-center justify-center gap-2 px-6 py-2">
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
