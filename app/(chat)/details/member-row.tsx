import { Crown, MessageCircle, ShieldCheck, ShieldMinus, UserMinus } from '#lib/ui/icons.tsx';
import { useActions, useChat } from '#lib/client/provider.tsx';
import { isThere, personOf } from '#lib/client/select.ts';
import type { Conversation, Member, Role } from '#lib/contract/records.ts';
import { Avatar } from '#lib/ui/avatar.tsx';
import { Menu, MenuItem, MenuSeparator } from '#lib/ui/menu.tsx';
import type { LongListRow } from '#lib/ui/use-long-list.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';
import { firstName } from '../conversation/names.ts';
import { useStartChat } from '../people/use-start-chat.ts';
import { rightsOver } from './member-rights.ts';
import { panelRow } from './panel-section.tsx';

interface MemberRowProps {
  conversation: Conversation;
  member: Member;
  /** Its place in the list. */
  rowProps: LongListRow['rowProps'];
  onRemove: () => void;
}

export function MemberRow({ conversation, member, rowProps, onRemove }: MemberRowProps) {
  const t = useTexts();
  const { setRole } = useActions();
  const { start } = useStartChat();
  const { attempt } = useAttempt();
  const myId = useChat((state) => state.account.id);
  const user = useChat((state) => personOf(state, member.user.id) ?? member.user);
  const isOnline = useChat((state) => isThere(state, member.user));
  const isMe = user.id === myId;
  const may = rightsOver(conversation.me, member);
  const set = (role: Role) =>
    void attempt(setRole(conversation.id, user.id, role), t('member.roleFailed'));

  const row = (
    <>
      <Avatar
        id={user.id}
        name={user.displayName}
        src={user.avatarUrl}
        size={40}
        online={isOnline && !isMe}
      />
      <span className="min-w-0 flex-1">
        <span className="flex gap-1 font-medium">
          <span dir="auto" className="user-line">
            {user.displayName}
          </span>
          {isMe && <span className="flex-none">{t('member.you')}</span>}
        </span>
        {user.about && (
          <span dir="auto" className="user-line block text-sm text-text-3">
            {user.about}
          </span>
        )}
      </span>
      <RolePill role={member.role} />
    </>
  );
  if (isMe) {
    return (
      <li {...rowProps}>
        <div className={`${panelRow} h-full`}>{row}</div>
      </li>
    );
  }
  return (
    <li {...rowProps}>
      <Menu
        label={user.displayName}
        trigger={
          <button
            type="button"
            data-roving={user.id}
            className={`${panelRow} h-full hover:bg-hover-surface`}
          >
            {row}
          </button>
        }
      >
        <MenuItem
          icon={<MessageCircle aria-hidden />}
          label={t('member.message', { name: firstName(user.displayName) })}
          onSelect={() => void start(user.id)}
        />
        {may.makeAdmin && (
          <MenuItem
            icon={<ShieldCheck aria-hidden />}
            label={t('member.makeAdmin')}
            onSelect={() => set('admin')}
          />
        )}
        {may.dismiss && (
          <MenuItem
            icon={<ShieldMinus aria-hidden />}
            label={t('member.dismiss')}
            onSelect={() => set('member')}
          />
        )}
        {may.makeOwner && (
          <MenuItem
            icon={<Crown aria-hidden />}
            label={t('member.makeOwner')}
            onSelect={() => set('owner')}
          />
        )}
        {may.remove && (
          <>
            <MenuSeparator />
            <MenuItem
              danger
              icon={<UserMinus aria-hidden />}
              label={t('member.remove')}
              onSelect={onRemove}
            />
          </>
        )}
      </Menu>
    </li>
  );
}

function RolePill({ role }: { role: Role }) {
  const t = useTexts();
  if (role === 'member') return null;
  const colours = role === 'owner' ? 'bg-accent-soft text-on-accent-soft' : 'bg-sunken text-text-2';
  return (
    <span className={`flex-none rounded-full px-2 text-2xs leading-5 font-semibold ${colours}`}>
      {t(`role.${role}`)}
    </span>
  );
}
