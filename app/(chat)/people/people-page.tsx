'use client';

import { Chain } from '#lib/ui/icons.tsx';
import { useDeferredValue, useState } from 'react';
import { IconButton } from '#lib/ui/icon-button.tsx';
import { SearchBox } from '#lib/ui/search-box.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { invite } from '../new-chat/invite.ts';
import { PageHeader } from '../shell/page-header.tsx';
import { PeopleList } from './people-list.tsx';
import { useStartChat } from './use-start-chat.ts';

/** Everyone on this server; a tap opens the conversation with them. */
export function PeoplePage() {
  const t = useTexts();
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query.trim());
  const { start, starting } = useStartChat();
  return (
    <>
      <PageHeader title={t('people.title')}>
        <IconButton
          label={t('invite.action')}
          icon={<Chain aria-hidden />}
          onClick={() => void invite(t)}
        />
      </PageHeader>
      <div className="mx-auto flex min-h-0 w-full max-w-160 flex-1 flex-col pt-3 tablet:pt-5">
        <SearchBox
          label={t('people.search')}
          value={query}
          onChange={setQuery}
          className="mx-4 mb-2"
        />
        <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-1 pb-4 tablet:px-2">
          <PeopleList
            label={t('people.onServer')}
            query={wanted}
            busyId={starting}
            onPick={({ id }) => void start(id)}
          />
        </div>
      </div>
    </>
  );
}
