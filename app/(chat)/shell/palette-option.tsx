import { useEffect, useRef, type MouseEvent } from 'react';
import { Avatar } from '#lib/ui/avatar.tsx';
import { Badge } from '#lib/ui/badge.tsx';
import { Spinner } from '#lib/ui/spinner.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { shownName } from '../conversation/names.ts';

/** What the palette leads to: a chat that is there, or somebody to begin one with. */
export interface Choice {
  kind: 'direct' | 'group' | 'new';
  id: string;
  avatarId: string;
  name: string;
  username: string | null;
  avatarUrl: string | null;
  unread: number;
  muted: boolean;
}

interface PaletteOptionProps {
  id: string;
  choice: Choice;
  isActive: boolean;
  isBusy: boolean;
  onTake: () => void;
}

export function PaletteOption({ id, choice, isActive, isBusy, onTake }: PaletteOptionProps) {
  const t = useTexts();
  const option = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isActive) option.current?.scrollIntoView({ block: 'nearest' });
  }, [isActive]);
  const { kind, avatarId, name, username, avatarUrl, unread, muted } = choice;
  return (
    // The field has the focus and its keys; an option is only pressed.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      ref={option}
      id={id}
      role="option"
      aria-selected={isActive}
      aria-busy={isBusy || undefined}
      onMouseDown={(event: MouseEvent) => event.preventDefault()}
      onClick={onTake}
      className="flex min-h-13 cursor-pointer items-center gap-3.5 rounded-md px-3 py-1.5 hover:bg-hover-surface aria-selected:bg-selected"
    >
      <Avatar
        id={avatarId}
        name={name}
        src={avatarUrl}
        kind={kind === 'group' ? 'group' : 'person'}
        size={40}
      />
      <span className="min-w-0 flex-1">
        <span dir="auto" className="user-line block text-body font-medium">
          {shownName(t, name)}
        </span>
        <span className="trunc block text-sm text-text-2">
          {username ? <bdi dir="ltr">@{username}</bdi> : t('group.unnamed')}
          {kind === 'new' && <span> · {t('chat.new')}</span>}
        </span>
      </span>
      {isBusy ? <Spinner /> : <Badge count={unread} muted={muted} />}
    </div>
  );
}
