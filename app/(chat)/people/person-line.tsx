import type { ReactNode } from 'react';
import type { User } from '#lib/contract/records.ts';
import { Avatar } from '#lib/ui/avatar.tsx';

interface PersonLineProps {
  person: Pick<User, 'id' | 'displayName' | 'username' | 'avatarUrl'>;
  online?: boolean;
  /** Among chats, as large as they are. */
  large?: boolean;
  /** After the username. */
  children?: ReactNode;
}

/** Somebody in a row of a list: picture, name, username. The row has the place for both. */
export function PersonLine({ person, online = false, large = false, children }: PersonLineProps) {
  const { id, displayName, username, avatarUrl } = person;
  return (
    <>
      <Avatar id={id} name={displayName} src={avatarUrl} size={large ? 48 : 40} online={online} />
      <span className="min-w-0 flex-1">
        <span
          dir="auto"
          className={`user-line block text-body ${large ? 'font-semibold' : 'font-medium'}`}
        >
          {displayName}
        </span>
        <span className={`trunc block ${large ? 'text-md text-text-2' : 'text-sm text-text-3'}`}>
          <bdi dir="ltr">@{username}</bdi>
          {children}
        </span>
      </span>
    </>
  );
}
