'use client';

import { Dialog } from '#lib/ui/dialog.tsx';
import { rememberHere, useRemembered } from '#lib/ui/remembered.ts';
import { Switch } from '#lib/ui/switch.tsx';
import type { PlainKey } from '#lib/texts/catalogue.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { Keys, type KeyName } from './keys.tsx';
import { enterKey } from '../conversation/touch.ts';
import { singleKeys } from './use-shortcuts.ts';

type Part = { title: PlainKey; shortcuts: { keys: KeyName[]; does: PlainKey }[] };

const parts: Part[] = [
  {
    title: 'shortcuts.everywhere',
    shortcuts: [
      { keys: ['ctrl', 'K'], does: 'palette.title' },
      { keys: ['/'], does: 'search.chats' },
      { keys: ['alt', 'N'], does: 'chat.new' },
      { keys: ['alt', '↓'], does: 'shortcuts.nextChat' },
      { keys: ['alt', '↑'], does: 'shortcuts.previousChat' },
      { keys: ['alt', 'shift', '↓'], does: 'shortcuts.nextUnread' },
      { keys: ['alt', 'shift', '↑'], does: 'shortcuts.previousUnread' },
      { keys: ['F6'], does: 'shortcuts.nextPart' },
      { keys: ['shift', 'F6'], does: 'shortcuts.previousPart' },
      { keys: ['esc'], does: 'shortcuts.close' },
      { keys: ['?'], does: 'shortcuts.this' },
    ],
  },
  {
    title: 'shortcuts.lists',
    shortcuts: [
      { keys: ['↑', '↓'], does: 'shortcuts.walk' },
      { keys: ['home', 'end'], does: 'shortcuts.ends' },
      { keys: ['shift', 'F10'], does: 'shortcuts.rowMenu' },
    ],
  },
  {
    title: 'shortcuts.onMessage',
    shortcuts: [
      { keys: ['enter'], does: 'shortcuts.messageMenu' },
      { keys: ['C'], does: 'message.copy' },
      { keys: ['E'], does: 'message.edit' },
      { keys: ['del'], does: 'message.delete' },
    ],
  },
];

/** As Enter was set. */
const writing = (breaks: boolean): Part => ({
  title: 'shortcuts.writing',
  shortcuts: [
    { keys: breaks ? ['ctrl', 'enter'] : ['enter'], does: 'shortcuts.send' },
    { keys: breaks ? ['enter'] : ['shift', 'enter'], does: 'shortcuts.newLine' },
    { keys: ['↑'], does: 'shortcuts.editLast' },
  ],
});

interface ShortcutsDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function ShortcutsDialog(props: ShortcutsDialogProps) {
  const t = useTexts();
  const hasSingleKeys = useRemembered(singleKeys) !== 'off';
  const breaks = useRemembered(enterKey) === 'breaks';
  return (
    <Dialog {...props} title={t('shortcuts.title')} kind="choice">
      {[...parts, writing(breaks)].map(({ title, shortcuts }) => (
        <section key={title} aria-label={t(title)}>
          <h3 className="pt-3 pb-1 text-xs font-semibold text-text-3">{t(title)}</h3>
          <dl>
            {shortcuts.map(({ keys, does }) => (
              <div key={does} className="flex min-h-9 items-center gap-4">
                <dt className="order-2 flex-none">
                  <Keys keys={keys} />
                </dt>
                <dd className="flex-1 text-text">{t(does)}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <div className="mt-3 flex items-center gap-4 border-t border-border pt-4">
        <span className="min-w-0 flex-1">
          <label htmlFor="single-keys" className="block text-text">
            {t('shortcuts.singleKeys')}
          </label>
          <span id="single-keys-text" className="block text-sm text-text-3">
            {t('shortcuts.singleKeysText')}
          </span>
        </span>
        <Switch
          id="single-keys"
          aria-describedby="single-keys-text"
          checked={hasSingleKeys}
          onCheckedChange={(on) => rememberHere(singleKeys, on ? 'on' : 'off')}
        />
      </div>
    </Dialog>
  );
}
