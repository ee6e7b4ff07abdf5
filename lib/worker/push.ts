import type { PushPayload } from '#lib/contract/push.ts';
import { withNotifications, type FromWorker } from '#lib/contract/worker.ts';
import { notificationTexts } from '#lib/texts/notifications.ts';
import { after } from './after.ts';
import {
  dataOf,
  plainShown,
  shownOf,
  tagOf,
  type NotificationData,
  type Shown,
} from './notification.ts';
import { keepUnsent } from './outbox.ts';
import { newClientId, post } from './server.ts';
import { readSpeech } from './speech.ts';

declare const self: ServiceWorkerGlobalScope;

/** How long a turn with the notifications is kept for pictures that do not come, and waited for. */
const turnMs = 5000;

/** Shows what the server says, which has decided that it is to be shown here. */
export async function receivePush(data: PushMessageData | null): Promise<void> {
  const payload = payloadOf(data);
  if (payload?.kind === 'clear') await clear(payload.conversationId, payload.seq);
  else if (payload?.kind === 'message') await announce(payload);
  else await showPlain(payload !== null);
  await showCount();
}

// Nobody but our server has the keys to encrypt it; an older or newer one may say other things.
function payloadOf(data: PushMessageData | null): PushPayload | null {
  try {
    return data?.json() as PushPayload | null;
  } catch {
    return null;
  }
}

async function announce(push: Extract<PushPayload, { kind: 'message' }>): Promise<void> {
  const { conversation, message, quiet } = push;
  const speech = await readSpeech();
  const isLate = async () => {
    const shown = await shownFor(conversation.id);
    return shown.some((known) => (dataOf(known)?.seq ?? 0) > message.seq);
  };
  // Of two that come in the wrong order the newer one stays; what was deleted gives way to what is older.
  const isShown = await show(
    shownOf(push, notificationTexts[speech.language], speech),
    async () => quiet || !(await isLate()),
  );
  if (isShown) await post(`conversations/${conversation.id}/delivered`, { seq: message.seq });
}

async function showPlain(isTest: boolean): Promise<void> {
  const speech = await readSpeech();
  const texts = notificationTexts[speech.language];
  await show(
    isTest
      ? plainShown(texts.testTitle, texts.testText, speech)
      : plainShown('Gatherly', texts.open, speech),
  );
}

/** Shows it, unless it is not wanted any more when its turn comes. Whether it did. */
async function show(
  { title, options }: Shown,
  isWanted = () => Promise.resolve(true),
): Promise<boolean> {
  const begun = await inTurn(async () => {
    if (!(await isWanted())) return null;
    const shown = self.registration.showNotification(title, options);
    await Promise.race([shown, after(turnMs)]);
    return { shown };
  });
  await begun?.shown;
  return begun !== null;
}

/** Without a turn if it does not come: a page that the system has frozen in its own is not waited for. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return work();
  };
  try {
    return await withNotifications(begin, { signal: AbortSignal.timeout(turnMs) });
  } catch (error) {
    if (hasBegun) throw error;
    return work();
  }
}

const shownFor = (conversationId: string) =>
  self.registration.getNotifications({ tag: tagOf(conversationId) });

const clear = (conversationId: string, upTo: number): Promise<void> =>
  inTurn(async () => {
    for (const shown of await shownFor(conversationId))
      if ((dataOf(shown)?.seq ?? 0) <= upTo) shown.close();
  });

/** On the application's icon, while no page is there that knows better. */
async function showCount(): Promise<void> {
  const pages = await self.clients.matchAll({ type: 'window' });
  if (pages.length > 0) return;
  const shown = await inTurn(() => self.registration.getNotifications());
  const { setAppBadge } = self.navigator as Partial<WorkerNavigator>;
  const count = shown.filter((one) => dataOf(one) !== null).length;
  await setAppBadge?.call(self.navigator, count).catch(() => undefined);
}

/** A press on a notification, or on one of its actions. */
export async function followNotification(event: NotificationEvent): Promise<void> {
  const { notification, action } = event;
  notification.close();
  const about = dataOf(notification);
  const { reply } = event as { reply?: string | null };
  if (about && action === 'read') await markRead(about);
  else if (about && action === 'reply' && reply?.trim()) await answer(notification, about, reply);
  else await open(about?.conversationId ?? null);
  await showCount();
}

async function markRead({ conversationId, seq }: NotificationData): Promise<void> {
  if (await post(`conversations/${conversationId}/read`, { seq })) return;
  // Not read, then, for anybody: it is opened instead.
  await open(conversationId);
}

async function answer(
  { title }: Notification,
  about: NotificationData,
  reply: string,
): Promise<void> {
  const { conversationId } = about;
  const unsent = { clientId: newClientId(), text: reply.trim() };
  if (await post(`conversations/${conversationId}/messages`, unsent)) return;
  const isKept = await keepUnsent({ conversationId, ...unsent }).catch(() => false);
  const speech = await readSpeech();
  const { leavesLater, notSent } = notificationTexts[speech.language];
  const body = `${isKept ? leavesLater : notSent}\n${unsent.text}`;
  // Without pictures: the browser would wait for the server to have them.
  const tag = tagOf(conversationId);
  await show({ title, options: { body, tag, data: about, lang: speech.language, dir: 'auto' } });
}

async function open(conversationId: string | null): Promise<void> {
  const path = conversationId === null ? '/chats' : `/chats/${conversationId}`;
  const pages = await self.clients.matchAll({ type: 'window' });
  const page = pages.find(({ url }) =>
    /^\/(chats|people|settings)(\/|$)/.test(new URL(url).pathname),
  );
  if (!page) return void (await self.clients.openWindow(path));
  if (conversationId !== null)
    page.postMessage({ type: 'open', conversationId } satisfies FromWorker, []);
  // Refused unless a press led here; it is at the right place all the same.
  await page.focus().catch(() => undefined);
}
