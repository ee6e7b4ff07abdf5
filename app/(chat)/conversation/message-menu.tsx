import type { Conversation } from '#lib/contract/records.ts';
import { useBackCloses } from '#lib/ui/back.ts';
import { DeleteDialog, OpenMessageMenu } from '../shell/parts.tsx';
import type { MessageMenuState } from './use-message-menu.ts';

interface MessageMenuProps {
  conversation: Conversation;
  menu: MessageMenuState;
}

export function MessageMenu({ conversation, menu }: MessageMenuProps) {
  const { target, close, deleting, askDelete } = menu;
  useBackCloses(target !== null, close);
  return (
    <>
      {target && (
        <OpenMessageMenu key={target.message.id} menu={menu} target={target} onClose={close} />
      )}
      {deleting && (
        <DeleteDialog
          conversation={conversation}
          message={deleting}
          onClose={() => askDelete(null)}
        />
      )}
    </>
  );
}
