import { Copy, Pencil, Trash2 } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useRef } from 'react';
import { createPortal } from 'react-dom';
import type { Conversation } from '#lib/contract/records.ts';
import { useBackCloses } from '#lib/ui/back.ts';
import { MenuItem, MenuSeparator } from '#lib/ui/menu.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import type { MenuTarget, MessageMenuState } from './use-message-menu.ts';

interface MessageMenuProps {
  conversation: Conversation;
  menu: MessageMenuState;
}

export function MessageMenu({ conversation, menu }: MessageMenuProps) {
  const { target, close, deleting, askDelete } = menu;
  useBackCloses(target !== null, close);
  return (
    <>
      {target && <OpenMenu key={target.message.id} menu={menu} target={target} />}
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

function OpenMenu({ menu, target }: { menu: MessageMenuState; target: MenuTarget }) {
  const t = useTexts();
  const { message, bubble, at } = target;
  const box = bubble.getBoundingClientRect();
  const isHeld = at === 'under';
  const anchor = isHeld
    ? { left: box.left, top: box.top, width: box.width, height: box.height }
    : { left: at.x, top: at.y };
  // Done once the menu has let go of the focus, so that the composer or a dialog can take it.
  const chosen = useRef<() => void>(undefined);
  // On the side of the screen on which the message stands.
  const isRight = box.left > innerWidth - box.right;
  const heldAlign = isRight === (t.direction === 'ltr') ? 'end' : 'start';
  const canCopy = menu.canCopy(message);
  const canEdit = menu.canEdit(message);
  return (
    <DropdownMenu.Root open modal={isHeld} onOpenChange={(open) => !open && menu.close()}>
      {isHeld && createPortal(<Veil bubble={bubble} box={box} />, document.body)}
      {createPortal(
        <DropdownMenu.Trigger asChild>
          <span aria-hidden className="pointer-events-none fixed" style={anchor} />
        </DropdownMenu.Trigger>,
        document.body,
      )}
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          aria-label={t('message.menu')}
          align={isHeld ? heldAlign : 'start'}
          side="bottom"
          sideOffset={isHeld ? 8 : 0}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            // Pressing something else has given the focus to that.
            if (document.activeElement === document.body) bubble.focus({ preventScroll: true });
            chosen.current?.();
          }}
          className="z-40 min-w-56 animate-rise rounded-lg bg-raised p-1.5 shadow-3 outline-none"
        >
          {canCopy && (
            <MenuItem
              icon={<Copy aria-hidden />}
              label={t('message.copy')}
              shortcut="C"
              onSelect={() => menu.copy(message)}
            />
          )}
          {canEdit && (
            <MenuItem
              icon={<Pencil aria-hidden />}
              label={t('message.edit')}
              shortcut="E"
              onSelect={() => (chosen.current = () => menu.edit(message))}
            />
          )}
          {(canCopy || canEdit) && <MenuSeparator />}
          <MenuItem
            danger
            icon={<Trash2 aria-hidden />}
            label={t('message.delete')}
            shortcut={t('key.del')}
            onSelect={() => (chosen.current = () => menu.askDelete(message))}
          />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Dims everything but the message that is held. */
function Veil({ bubble, box }: { bubble: HTMLElement; box: DOMRect }) {
  const copyIn = (holder: HTMLDivElement | null) => {
    const copy = bubble.cloneNode(true) as HTMLElement;
    for (const element of [copy, ...copy.querySelectorAll('[id]')]) element.removeAttribute('id');
    holder?.replaceChildren(copy);
  };
  return (
    <div aria-hidden inert className="fixed inset-0 z-30 animate-fade bg-scrim backdrop-blur-[6px]">
      <div
        ref={copyIn}
        className="fixed flex flex-col"
        style={{ left: box.left, top: box.top, width: box.width }}
      />
    </div>
  );
}
