'use client';

import { Dialog } from '#lib/ui/dialog.tsx';
import type { PlainKey } from '#lib/texts/catalogue.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { Keys, type KeyName } from './keys.tsx';

const shortcuts = [
  { keys: ['ctrl', 'K'], does: 'search.chats' },
  { keys: ['alt', 'N'], does: 'chat.new' },
  { keys: ['alt', '↓'], does: 'shortcuts.nextChat' },
  { keys: ['alt', '↑'], does: 'shortcuts.previousChat' },
  { keys: ['alt', 'shift', '↓'], does: 'shortcuts.nextUnread' },
  { keys: ['alt', 'shift', '↑'], does: 'shortcuts.previousUnread' },
  { keys: ['enter'], does: 'shortcuts.send' },
  { keys: ['shift', 'enter'], does: 'shortcuts.newLine' },
  { keys: ['↑'], does: 'shortcuts.editLast' },
  { keys: ['esc'], does: 'shortcuts.close' },
  { keys: ['?'], does: 'shortcuts.this' },
] as const satisfies { keys: KeyName[]; does: PlainKey }[];

interface ShortcutsDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function ShortcutsDialog(props: ShortcutsDialogProps) {
  const t = useTexts();
  return (
    <Dialog {...props} title={t('shortcuts.title')} kind="choice">
      <dl className="grid gap-1">
        {shortcuts.map(({ keys, does }) => (
          <div key={does} className="flex min-h-9 items-center gap-4">
            <dt className="order-2 flex-none">
              <Keys keys={keys} />
            </dt>
            <dd className="flex-1 text-text">{t(does)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
