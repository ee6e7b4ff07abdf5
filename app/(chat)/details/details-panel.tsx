'use client';

import { ArrowLeft, Pencil, X } from '#lib/ui/icons.tsx';
import { useEffect, useRef, useState } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { IconButton } from '#lib/ui/icon-button.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { wideQuery } from '#lib/ui/theme.ts';
import { ContactDetails } from './contact-details.tsx';
import { GroupDetails } from './group-details.tsx';
import { administers } from './member-rights.ts';
import { RenameDialog } from './rename-dialog.tsx';

interface DetailsPanelProps {
  id: string;
  onClose: () => void;
}

/** Who or what a conversation is, and what can be changed about it. */
export function DetailsPanel({ id, onClose }: DetailsPanelProps) {
  const t = useTexts();
  const conversation = useChat((state) => state.conversations[id]);
  const [isRenaming, setRenaming] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // What had the focus it covers, or takes the place of; on a wide screen it stands beside it.
    if (!matchMedia(wideQuery).matches)
      heading.current?.focus({ preventScroll: true, focusVisible: false });
  }, []);
  if (!conversation) return null;
  const isGroup = conversation.kind === 'group';
  return (
    <div className="flex min-h-0 flex-1 flex-col [--ring:var(--c-surface)]">
      <header className="flex h-(--header-h) flex-none items-center gap-2 border-b border-border ps-5 pe-3 phone:h-15 phone:px-1">
        <IconButton
          label={t('action.back')}
          className="tablet:hidden"
          icon={<ArrowLeft aria-hidden className="flip-rtl" />}
          onClick={onClose}
        />
        <h2
          ref={heading}
          tabIndex={-1}
          className="min-w-0 flex-1 text-lg font-semibold outline-none"
        >
          {t(isGroup ? 'details.group' : 'details.contact')}
        </h2>
        {isGroup && administers(conversation) && (
          <IconButton
            label={t('group.edit')}
            icon={<Pencil aria-hidden />}
            onClick={() => setRenaming(true)}
          />
        )}
        <IconButton
          label={t('details.close')}
          className="phone:hidden"
          icon={<X aria-hidden />}
          onClick={onClose}
        />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain pb-[calc(16px+env(safe-area-inset-bottom))]">
        {isGroup ? (
          <GroupDetails conversation={conversation} />
        ) : (
          <ContactDetails conversation={conversation} />
        )}
      </div>
      {isRenaming && (
        <RenameDialog conversation={conversation} onClose={() => setRenaming(false)} />
      )}
    </div>
  );
}
