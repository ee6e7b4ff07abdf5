'use client';

import { memo, use, useState } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { goBack, navigate, usePlace } from '#lib/ui/nav.tsx';
import { useFocusReturn } from '#lib/ui/use-focus-return.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { ConversationView } from '../conversation/conversation-view.tsx';
import { viewOf } from '../views.ts';
import { ConversationList } from './conversation-list.tsx';
import { LanguageKeeper } from './language-keeper.tsx';
import { Launched } from './launched.tsx';
import { LostNotice } from './lost-notice.tsx';
import {
  DetailsPanel,
  Incoming,
  NewChatDialog,
  NewGroupDialog,
  NoChatOpen,
  PaletteDialog,
  PeoplePage,
  SettingsView,
  ShortcutsDialog,
  SignOutDialog,
  WorkerKeeper,
} from './parts.tsx';
import { Rail } from './rail.tsx';
import { PlaceContext, ShellContext, useView, type ShellDialog } from './shell-context.tsx';
import { TabTitle } from './tab-title.tsx';
import { usePageMotion } from './use-page-motion.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { useViewFocus } from './use-view-focus.ts';
import { WorkerLine } from './worker-line.tsx';

const sheet =
  'relative flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden bg-surface tablet:my-2 tablet:me-2 tablet:rounded-lg tablet:shadow-1';

/** The signed-in application. At an address that it does not know, the page itself says so. */
export function Shell() {
  const place = usePlace();
  return (
    viewOf(place) && (
      <PlaceContext value={place}>
        <Panes />
      </PlaceContext>
    )
  );
}

/**
 * Rail, list, conversation, details. On a phone one pane at a time. Drawn once for a new address, though
 * Next's router, a moment later, says it too.
 */
const Panes = memo(function Panes() {
  const t = useTexts();
  const view = useView();
  const [dialog, setDialog] = useState<ShellDialog | null>(null);
  const toggle = (name: ShellDialog) => ({
    open: dialog === name,
    onOpenChange: (open: boolean) => setDialog(open ? name : null),
  });
  useShortcuts({ view, dialog, setDialog });

  const chatId = view.name === 'chats' ? view.id : null;
  // Of a chat that is not there, the conversation's place says so.
  const isGone = useChat(({ conversations, logs }) =>
    Boolean(chatId && !conversations[chatId] && logs[chatId]?.error),
  );
  const details = view.name === 'chats' && view.details && !isGone;
  const isSub = chatId !== null || (view.name === 'settings' && view.page !== null);
  const place = use(PlaceContext);
  useViewFocus(chatId, place);
  usePageMotion(place);
  return (
    <ShellContext value={setDialog}>
      <TabTitle />
      <LostNotice />
      <LanguageKeeper />
      <WorkerLine />
      <WorkerKeeper />
      <Launched />
      <Incoming />
      <div
        className={`group/shell flex h-dvh flex-col pt-[env(safe-area-inset-top)] tablet:grid tablet:grid-cols-[64px_300px_minmax(0,1fr)] tablet:grid-rows-[minmax(0,1fr)] desktop:grid-cols-[72px_352px_minmax(0,1fr)] ${details ? 'wide:grid-cols-[72px_352px_minmax(0,1fr)_368px]' : ''}`}
      >
        <a
          href="#main"
          className="absolute start-2 top-2 z-50 -translate-y-20 rounded-md bg-accent px-4 py-2 text-on-accent focus:translate-y-0"
        >
          {t(chatId ? 'nav.toMessages' : 'nav.toContent')}
        </a>
        {/* On a phone the list, and with it the title of the page, is not there beside a chat. */}
        {chatId && <h1 className="sr-only tablet:hidden">{t('chats.title')}</h1>}
        <Rail view={view} hidden={isSub} />
        <ConversationList openId={chatId} hidden={view.name !== 'chats'} />
        {view.name === 'chats' ? (
          <main
            id="main"
            tabIndex={-1}
            className={`${sheet} outline-none tablet:col-start-3 tablet:row-start-1 ${chatId && !details ? '' : 'phone:hidden'}`}
          >
            {chatId ? <ConversationView key={chatId} id={chatId} /> : <NoChatOpen />}
          </main>
        ) : (
          <main id="main" tabIndex={-1} className={`${sheet} col-span-2 outline-none`}>
            {view.name === 'people' ? <PeoplePage /> : <SettingsView page={view.page} />}
          </main>
        )}
        {chatId && details && <Details key={chatId} id={chatId} />}
      </div>
      <NewChatDialog {...toggle('new-chat')} onNewGroup={() => setDialog('new-group')} />
      <NewGroupDialog {...toggle('new-group')} onBack={() => setDialog('new-chat')} />
      <SignOutDialog {...toggle('sign-out')} />
      <ShortcutsDialog {...toggle('shortcuts')} />
      <PaletteDialog {...toggle('palette')} openId={chatId} />
    </ShellContext>
  );
});

/** Docked on wide screens, above the conversation on others, the whole page on a phone. */
function Details({ id }: { id: string }) {
  const t = useTexts();
  const close = () => goBack(`/chats/${id}`);
  useFocusReturn();
  return (
    <>
      <div
        aria-hidden
        onClick={() => navigate(`/chats/${id}`, 'replace')}
        className="z-20 col-start-3 row-start-1 my-2 me-2 animate-fade rounded-lg bg-scrim phone:hidden wide:hidden"
      />
      <aside
        aria-label={t('details.label')}
        className="flex min-h-0 flex-1 flex-col overflow-hidden bg-surface tablet:fixed tablet:inset-y-2 tablet:end-2 tablet:z-20 tablet:w-94 tablet:animate-slide-in tablet:rounded-lg tablet:shadow-3 wide:relative wide:inset-auto wide:my-2 wide:me-2 wide:w-auto wide:shadow-1"
      >
        <DetailsPanel id={id} onClose={close} />
      </aside>
    </>
  );
}
