import { useRef } from 'react';
import { createPortal } from 'react-dom';
import { Copy, Pencil, Trash } from '#lib/ui/icons.tsx';
import { MenuItem, MenuSeparator } from '#lib/ui/menu.tsx';
import { MenuSurface } from '#lib/ui/menu-surface.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import type { MenuTarget, MessageMenuState } from './use-message-menu.ts';

interface OpenMessageMenuProps {
  menu: MessageMenuState;
  target: MenuTarget;
  onClose: () => void;
}

export function OpenMessageMenu({ menu, target, onClose }: OpenMessageMenuProps) {
  const t = useTexts();
  const { message, bubble, at, byKeys } = target;
  const box = bubble.getBoundingClientRect();
  const isHeld = at === 'under';
  const anchor = isHeld
    ? { left: box.left, top: box.top, width: box.width, height: box.height }
    : { left: at.x, top: at.y, width: 0, height: 0 };
  // Done once the menu has let go of the focus, so that the composer or a dialog can take it.
  const chosen = useRef<() => void>(undefined);
  // On the side of the screen on which the message stands.
  const isRight = box.left > innerWidth - box.right;
  const heldAlign = isRight === (t.direction === 'ltr') ? 'end' : 'start';
  const canCopy = menu.canCopy(message);
  const canEdit = menu.canEdit(message);
  return (
    <>
      {isHeld && createPortal(<Veil bubble={bubble} box={box} />, document.body)}
      <MenuSurface
        label={t('message.menu')}
        anchor={anchor}
        align={isHeld ? heldAlign : 'start'}
        gapPx={isHeld ? 8 : 0}
        byKeys={byKeys}
        modal={isHeld}
        onClose={onClose}
        onClosed={() => {
          // Pressing something else has given the focus to that.
          if (document.activeElement === document.body) bubble.focus({ preventScroll: true });
          chosen.current?.();
        }}
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
          icon={<Trash aria-hidden />}
          label={t('message.delete')}
          shortcut={t('key.del')}
          onSelect={() => (chosen.current = () => menu.askDelete(message))}
        />
      </MenuSurface>
    </>
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
