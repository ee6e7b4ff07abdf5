'use client';

import { Dialog } from '#lib/ui/dialog.tsx';
import { Keys } from './keys.tsx';

const shortcuts: { keys: string[]; does: string }[] = [
  { keys: ['Ctrl', 'K'], does: 'Search chats and people' },
  { keys: ['Alt', 'N'], does: 'New chat' },
  { keys: ['Alt', '↓'], does: 'Next chat' },
  { keys: ['Alt', '↑'], does: 'Previous chat' },
  { keys: ['Alt', 'Shift', '↓'], does: 'Next unread chat' },
  { keys: ['Alt', 'Shift', '↑'], does: 'Previous unread chat' },
  { keys: ['Enter'], does: 'Send the message' },
  { keys: ['Shift', 'Enter'], does: 'New line' },
  { keys: ['↑'], does: 'Edit your last message, from an empty message box' },
  { keys: ['Esc'], does: 'Close what is on top' },
  { keys: ['?'], does: 'This list' },
];

interface ShortcutsDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export function ShortcutsDialog(props: ShortcutsDialogProps) {
  return (
    <Dialog {...props} title="Shortcuts" kind="choice">
      <dl className="grid gap-1">
        {shortcuts.map(({ keys, does }) => (
          <div key={does} className="flex min-h-9 items-center gap-4">
            <dt className="order-2 flex-none">
              <Keys keys={keys} />
            </dt>
            <dd className="flex-1 text-text">{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
