import type { ClientError } from '#lib/client/types.ts';
import type { Texts } from '#lib/texts/texts.ts';
import { reasonText } from '#lib/ui/failure.ts';

/** Why a message was not sent. That it can be tried again, the button beside it says. */
export function notSentText(t: Texts, error: ClientError | null): string {
  if (!error) return t('message.notSent');
  if (error.code === 'forbidden' || error.code === 'not_found') return t('message.notSentHere');
  return `${t('message.notSent')} ${reasonText(t, error)}`;
}

/** Why a message waits. That nothing has to be done, it says as well. */
export function notYetText(t: Texts, { code }: ClientError): string {
  return t('message.notYet', { why: whyNotYet(t, code) });
}

function whyNotYet(t: Texts, code: ClientError['code']): string {
  if (code === 'unavailable') return t('message.serverBusy');
  return t(code === 'rate_limited' || code === 'timeout' ? `reason.${code}` : 'reason.internal');
}
