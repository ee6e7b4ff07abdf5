import type { Language } from '#lib/contract/records.ts';

interface BreakdownTexts {
  title: string;
  /** With the number under which the server's log has it, where there is one. */
  text: (number: string | undefined) => string;
  reload: string;
}

/**
 * For the page that says that a page did not work. It may be the layout that did not, and with it
 * what was to bring the texts: so it has its own, in every language.
 */
export const breakdownTexts: Record<Language, BreakdownTexts> = {
  en: {
    title: 'This page didn’t work',
    text: (number) =>
      `Your messages are safe. Load the page again; if that doesn’t help, tell whoever runs this server${number ? ` the number ${number}` : ''}.`,
    reload: 'Load again',
  },
  es: {
    title: 'Esta página no funcionó',
    text: (number) =>
      `Tus mensajes están a salvo. Carga la página de nuevo; si no ayuda, avisa a quien administra este servidor${number ? ` con el número ${number}` : ''}.`,
    reload: 'Cargar de nuevo',
  },
  de: {
    title: 'Diese Seite hat nicht funktioniert',
    text: (number) =>
      `Deine Nachrichten sind in Sicherheit. Lade die Seite neu; wenn das nicht hilft, gib Bescheid, wo dieser Server betrieben wird${number ? `, mit der Nummer ${number}` : ''}.`,
    reload: 'Neu laden',
  },
  ar: {
    title: 'لم تعمل هذه الصفحة',
    text: (number) =>
      `رسائلك في أمان. حمّل الصفحة من جديد؛ وإن لم ينفع ذلك فأخبر من يدير هذا الخادم${number ? ` بالرقم \u2066${number}\u2069` : ''}.`,
    reload: 'إعادة التحميل',
  },
};
