import { Archive, ArchiveRestore, Bell, BellOff, Pin, PinOff } from '#lib/ui/icons.tsx';
import type { ComponentProps, ReactNode } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import { isMuted } from '#lib/client/select.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { Menu, MenuItem } from '#lib/ui/menu.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';
import { muteChoices } from '../notifications/mute.ts';

/** What one does with the conversation for oneself; nobody else is told. */
export function QuickActions({ conversation }: { conversation: Conversation }) {
  const { id: conversationId, me } = conversation;
  const t = useTexts();
  const { updateConversation } = useActions();
  const { attempt } = useAttempt();
  type Change = Partial<Pick<Conversation['me'], 'mutedUntil' | 'pinned' | 'archived'>>;
  const change = (what: Change) =>
    void attempt(updateConversation({ conversationId, ...what }), t('message.notSaved'));

  return (
    <div className="grid auto-cols-fr grid-flow-col gap-2 px-5 pb-4">
      {isMuted(conversation) ? (
        <QuickAction
          icon={<BellOff aria-hidden />}
          label={t('mute.unmute')}
          onClick={() => change({ mutedUntil: null })}
        />
      ) : (
        <Menu
          label={t('mute.label')}
          align="start"
          trigger={<QuickAction icon={<Bell aria-hidden />} label={t('mute.mute')} />}
        >
          {muteChoices.map(({ label, until }) => (
            <MenuItem
              key={label}
              label={t(label)}
              onSelect={() => change({ mutedUntil: until() })}
            />
          ))}
        </Menu>
      )}
      <QuickAction
        icon={me.pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
        label={t(me.pinned ? 'chat.unpin' : 'chat.pin')}
        onClick={() => change({ pinned: !me.pinned })}
      />
      <QuickAction
        icon={me.archived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
        label={t(me.archived ? 'chat.unarchive' : 'chat.archive')}
        onClick={() => change({ archived: !me.archived })}
      />
    </div>
  );
}

type QuickActionProps = ComponentProps<'button'> & { icon: ReactNode; label: string };

function QuickAction({ icon, label, ...rest }: QuickActionProps) {
  return (
    <button
      type="button"
      {...rest}
      className="flex h-15 flex-col items-center justify-center gap-1 rounded-row bg-sunken text-xs font-medium text-text-2 transition-colors duration-(--dur-1) hover:bg-hover-surface active:bg-pressed [&>svg]:size-5.5 [&>svg]:text-accent-text"
    >
      {icon}
      {label}
    </button>
  );
}
