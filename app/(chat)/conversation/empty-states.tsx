import { RotateCw } from '#lib/ui/icons.tsx';
import type { ClientError } from '#lib/client/types.ts';
import type { Conversation } from '#lib/contract/records.ts';
import { Avatar } from '#lib/ui/avatar.tsx';
import { Button, buttonClasses } from '#lib/ui/button.tsx';
import { Empty } from '#lib/ui/empty.tsx';
import { ChatLink } from '#lib/ui/nav.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { reasonText } from '#lib/ui/failure.ts';
import { firstName } from './names.ts';

export function SayHello({ conversation }: { conversation: Conversation }) {
  const t = useTexts();
  const { id, title, avatarUrl, peer } = conversation;
  return (
    <Empty
      picture={
        <span className="mb-5">
          <Avatar id={peer?.id ?? id} name={title} src={avatarUrl} size={96} />
        </span>
      }
      title={t('chat.sayHello', { name: firstName(title) })}
    />
  );
}

interface FailedLogProps {
  failure: ClientError;
  onRetry: () => void;
}

export function FailedLog({ failure, onRetry }: FailedLogProps) {
  const t = useTexts();
  return (
    <Empty
      picture={<CrossedBubble />}
      title={t('log.failed')}
      actions={
        <Button onClick={onRetry}>
          <RotateCw aria-hidden className="size-5.5" />
          {t('action.tryAgain')}
        </Button>
      }
    >
      <span role="alert">
        {reasonText(t, failure)} {t('log.safe')}
      </span>
    </Empty>
  );
}

/** The address names a conversation that one is not in. */
export function GoneChat() {
  const t = useTexts();
  return (
    <Empty
      picture={<CrossedBubble />}
      title={t('chat.gone')}
      actions={
        <ChatLink href="/chats" replace className={buttonClasses('tonal')}>
          {t('chat.back')}
        </ChatLink>
      }
    >
      {t('chat.goneText')}
    </Empty>
  );
}

function CrossedBubble() {
  return (
    <svg aria-hidden viewBox="0 0 120 96" fill="none" className="mb-5 h-24 w-30 flex-none">
      <path
        d="M22 10h76a16 16 0 0 1 16 16v30a16 16 0 0 1-16 16H48L26 90l3-18h-7A16 16 0 0 1 6 56V26a16 16 0 0 1 16-16Z"
        className="fill-bubble-other"
      />
      <path
        d="m48 29 24 24M72 29 48 53"
        className="stroke-border-strong"
        strokeWidth={5}
        strokeLinecap="round"
      />
    </svg>
  );
}
