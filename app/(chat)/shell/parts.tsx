'use client';

import type { ComponentType } from 'react';
import { Button } from '#lib/ui/button.tsx';
import { Empty } from '#lib/ui/empty.tsx';
import { later } from '#lib/ui/later.ts';
import {
  atOnce,
  dialogOnDemand,
  onceIdle,
  openOnDemand,
  viewOnDemand,
  whyNot,
} from '#lib/ui/on-demand.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';

// What a conversation does not need to be on the screen. The service worker keeps all of it, so that it
// opens without the network too.

const view = <P extends object>(load: () => Promise<ComponentType<P>>) =>
  viewOnDemand(load, { Waiting: ViewWaits, Failed: ViewFailed });

// First of all: it is what keeps the rest for when there is no network.
export const WorkerKeeper = onceIdle(
  async () => (await import('./worker-keeper.tsx')).WorkerKeeper,
);
export const Incoming = atOnce(
  async () => (await import('../notifications/incoming.tsx')).Incoming,
);
export const LiveRegion = atOnce(
  async () => (await import('../conversation/live-region.tsx')).LiveRegion,
);
export const Offers = onceIdle(async () => (await import('../notifications/offers.tsx')).Offers);
export const HoverBar = onceIdle(
  async () => (await import('../conversation/hover-bar.tsx')).HoverBar,
);
export const JumpButton = onceIdle(
  async () => (await import('../conversation/jump-button.tsx')).JumpButton,
);
export const NoChatOpen = view(async () => (await import('./no-chat-open.tsx')).NoChatOpen);
export const ServerAway = view(async () => (await import('../server-away.tsx')).ServerAway);
export const FailedLog = view(
  async () => (await import('../conversation/empty-states.tsx')).FailedLog,
);
export const GoneChat = view(
  async () => (await import('../conversation/empty-states.tsx')).GoneChat,
);
export const SayHello = view(
  async () => (await import('../conversation/empty-states.tsx')).SayHello,
);
export const SettingsView = view(
  async () => (await import('../settings/settings-view.tsx')).SettingsView,
);
export const PeoplePage = view(async () => (await import('../people/people-page.tsx')).PeoplePage);
export const DetailsPanel = view(
  async () => (await import('../details/details-panel.tsx')).DetailsPanel,
);
export const SearchResults = view(async () => (await import('./search-results.tsx')).SearchResults);
export const RowActions = view(async () => (await import('./row-actions.tsx')).RowActions);
export const NewChatDialog = dialogOnDemand(
  async () => (await import('../new-chat/new-chat-dialog.tsx')).NewChatDialog,
);
export const NewGroupDialog = dialogOnDemand(
  async () => (await import('../new-chat/new-group-dialog.tsx')).NewGroupDialog,
);
export const SignOutDialog = dialogOnDemand(
  async () => (await import('../settings/sign-out-dialog.tsx')).SignOutDialog,
);
export const ShortcutsDialog = dialogOnDemand(
  async () => (await import('./shortcuts-dialog.tsx')).ShortcutsDialog,
);
export const SendToDialog = dialogOnDemand(
  async () => (await import('./send-to-dialog.tsx')).SendToDialog,
);
export const PaletteDialog = dialogOnDemand(
  async () => (await import('./palette-dialog.tsx')).PaletteDialog,
);
export const OpenMessageMenu = openOnDemand(
  async () => (await import('../conversation/open-message-menu.tsx')).OpenMessageMenu,
);
export const DeleteDialog = openOnDemand(
  async () => (await import('../conversation/delete-dialog.tsx')).DeleteDialog,
);
export const BlockDialog = openOnDemand(
  async () => (await import('../details/block-dialog.tsx')).BlockDialog,
);
export const DateDialog = openOnDemand(
  async () => (await import('../conversation/date-dialog.tsx')).DateDialog,
);

// Reads what this browser keeps.
later(() => import('#lib/client/kept-rows.ts'));
later(() => import('#lib/client/device-database.ts'));

function ViewWaits() {
  return <div aria-busy className="flex-1" />;
}

function ViewFailed({ retry }: { retry: () => void }) {
  const t = useTexts();
  return (
    <Empty
      title={whyNot(t)}
      actions={
        <>
          <Button variant="tonal" onClick={retry}>
            {t('action.tryAgain')}
          </Button>
          <Button variant="text" onClick={() => location.reload()}>
            {t('update.reload')}
          </Button>
        </>
      }
    />
  );
}
