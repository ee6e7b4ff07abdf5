import type { Language } from '#lib/contract/records.ts';

// The service worker's own few words. It is there before any page is, so they do not come with one.

export interface NotificationTexts {
  /** Of a message in a group. */
  inGroup(name: string, group: string): string;
  /** In place of what was written, where the device hides that. */
  newMessages(count: number): string;
  voice: string;
  media: string;
  /** After the text, when there is more of it to read. */
  andMore(count: number): string;
  reply: string;
  replyHere: string;
  markRead: string;
  /** Of an answer written in the notification. */
  leavesLater: string;
  notSent: string;
  open: string;
  testTitle: string;
  testText: string;
}

export const notificationTexts: Record<Language, NotificationTexts> = {
  en: {
    inGroup: (name, group) => `${name} in ${group}`,
    newMessages: (count) => (count === 1 ? 'New message' : `${numbers.en(count)} new messages`),
    voice: 'Voice message',
    media: 'Photo',
    andMore: (count) => `and ${numbers.en(count)} more`,
    reply: 'Reply',
    replyHere: 'Message',
    markRead: 'Mark as read',
    leavesLater: 'Not sent yet. It leaves when you open Gatherly.',
    notSent: 'Not sent. Open the chat to write it again.',
    open: 'Open Gatherly to see what is new.',
    testTitle: 'Notifications work',
    testText: 'This is what a message looks like on this device.',
  },
  es: {
    inGroup: (name, group) => `${name} en ${group}`,
    newMessages: (count) =>
      count === 1 ? 'Mensaje nuevo' : `${numbers.es(count)} mensajes nuevos`,
    voice: 'Mensaje de voz',
    media: 'Foto',
    andMore: (count) => `y ${numbers.es(count)} más`,
    reply: 'Responder',
    replyHere: 'Mensaje',
    markRead: 'Marcar como leído',
    leavesLater: 'Aún no se envió. Saldrá cuando abras Gatherly.',
    notSent: 'No se envió. Abre el chat para escribirlo de nuevo.',
    open: 'Abre Gatherly para ver las novedades.',
    testTitle: 'Las notificaciones funcionan',
    testText: 'Así se ve un mensaje en este dispositivo.',
  },
  de: {
    inGroup: (name, group) => `${name} in ${group}`,
    newMessages: (count) =>
      count === 1 ? 'Neue Nachricht' : `${numbers.de(count)} neue Nachrichten`,
    voice: 'Sprachnachricht',
    media: 'Foto',
    andMore: (count) => `und ${numbers.de(count)} weitere`,
    reply: 'Antworten',
    replyHere: 'Nachricht',
    markRead: 'Als gelesen markieren',
    leavesLater: 'Noch nicht gesendet. Geht ab, wenn du Gatherly öffnest.',
    notSent: 'Nicht gesendet. Öffne den Chat, um es noch einmal zu schreiben.',
    open: 'Öffne Gatherly, um zu sehen, was neu ist.',
    testTitle: 'Mitteilungen funktionieren',
    testText: 'So sieht eine Nachricht auf diesem Gerät aus.',
  },
  ar: {
    inGroup: (name, group) => `\u2068${name}\u2069 في \u2068${group}\u2069`,
    newMessages: arabicMessages,
    voice: 'رسالة صوتية',
    media: 'صورة',
    andMore: (count) => `و${numbers.ar(count)} غيرها`,
    reply: 'رد',
    replyHere: 'رسالة',
    markRead: 'تحديد كمقروءة',
    leavesLater: 'لم تُرسل بعد. ستُرسل عندما تفتح Gatherly.',
    notSent: 'لم تُرسل. افتح المحادثة لكتابتها من جديد.',
    open: 'افتح Gatherly لترى الجديد.',
    testTitle: 'الإشعارات تعمل',
    testText: 'هكذا تظهر الرسالة على هذا الجهاز.',
  },
};

/** From 100 on nobody counts: the server does not either. */
const numberIn = (language: Language) => (count: number) =>
  count >= 100
    ? `${new Intl.NumberFormat(language).format(99)}+`
    : new Intl.NumberFormat(language).format(count);

const numbers = { en: numberIn('en'), es: numberIn('es'), de: numberIn('de'), ar: numberIn('ar') };

function arabicMessages(count: number): string {
  if (count === 1) return 'رسالة جديدة';
  if (count === 2) return 'رسالتان جديدتان';
  const isFew = new Intl.PluralRules('ar').select(count) === 'few';
  return isFew ? `${numbers.ar(count)} رسائل جديدة` : `${numbers.ar(count)} رسالة جديدة`;
}
