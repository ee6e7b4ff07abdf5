'use client';

import { BellRing, Download, X } from '#lib/ui/icons.tsx';
import { useEffect, useState, type ReactNode } from 'react';
import { useChat } from '#lib/client/provider.tsx';
import { usePush } from '#lib/client/use-push.ts';
import { listRows } from '#lib/client/select.ts';
import { IconButton } from '#lib/ui/icon-button.tsx';
import { install, useInstalling } from '#lib/ui/install.ts';
import { recall, rememberHere, useRemembered } from '#lib/ui/remembered.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';

/** Days of use before Gatherly is offered as an application. */
const usedDays = 3;
const laterMs = 30 * 24 * 3_600_000;

/** Below the list, one at a time: what makes Gatherly more useful here. Each is offered once. */
export function Offers() {
  const hasTalked = useChat((state) => listRows(state).some(({ lastMessage }) => lastMessage));
  const canNotify = useCanNotify(hasTalked);
  const installing = useInstalling();
  const days = useUsedDays();
  const noPush = useRemembered('offer.push');
  const noInstall = useRemembered('offer.install');
  if (!hasTalked) return null;
  if (canNotify && isDue(noPush)) return <NotifyOffer />;
  const canInstall = installing === 'can' || installing === 'by-hand';
  if (canInstall && days >= usedDays && noInstall === null)
    return <InstallOffer byHand={installing === 'by-hand'} />;
  return null;
}

const isDue = (later: string | null): boolean =>
  later === null || Date.now() - Number(later) > laterMs;
const putOff = (name: string) => rememberHere(name, String(Date.now()));

/** Only who has not been asked is offered it: a browser that was told no is not asked twice. */
function useCanNotify(isUseful: boolean): boolean {
  const push = usePush();
  const [can, setCan] = useState(false);
  useEffect(() => {
    if (!isUseful || typeof Notification === 'undefined') return;
    if (Notification.permission !== 'default') return;
    void push.read().then(
      ({ support, device }) => setCan(support === 'ok' && device === null),
      () => undefined,
    );
  }, [push, isUseful]);
  return can;
}

/** On how many days Gatherly was opened here. */
function useUsedDays(): number {
  const days = (useRemembered('days') ?? '').split(' ').filter(Boolean);
  useEffect(() => {
    const today = new Date().toISOString().slice(0, 10);
    const known = (recall('days') ?? '').split(' ').filter(Boolean);
    if (known.length < usedDays && !known.includes(today))
      rememberHere('days', [...known, today].join(' '));
  }, []);
  return days.length;
}

function NotifyOffer() {
  const t = useTexts();
  const push = usePush();
  const { isBusy, attempt } = useAttempt();
  const done = () => putOff('offer.push');
  return (
    <Offer
      icon={<BellRing aria-hidden />}
      title={t('notify.turnOn')}
      action={t('notify.turnOn')}
      busy={isBusy}
      onAct={() => void attempt(push.turnOn(), t('notify.failed')).then(done)}
      onClose={done}
    >
      {t('notify.offer')}
    </Offer>
  );
}

function InstallOffer({ byHand }: { byHand: boolean }) {
  const t = useTexts();
  const done = () => putOff('offer.install');
  if (byHand)
    return (
      <Offer icon={<Download aria-hidden />} title={t('install.title')} onClose={done}>
        {t('install.text')} {t('install.byHand')}
      </Offer>
    );
  return (
    <Offer
      icon={<Download aria-hidden />}
      title={t('install.title')}
      action={t('install.action')}
      onAct={() => void install().then(done)}
      onClose={done}
    >
      {t('install.text')}
    </Offer>
  );
}

interface OfferProps {
  icon: ReactNode;
  title: string;
  /** What its button says; without one it only tells. */
  action?: string;
  busy?: boolean;
  onAct?: () => void;
  onClose: () => void;
  children: ReactNode;
}

function Offer({ icon, title, action, busy, onAct, onClose, children }: OfferProps) {
  const t = useTexts();
  return (
    <section
      aria-label={title}
      className="mx-3 mt-1 mb-3 phone:ms-4 phone:me-22 phone:mb-4 flex flex-none items-start gap-2.5 rounded-md bg-info-soft py-1 ps-3.5 pe-1 text-md text-on-info-soft [&>svg]:mt-3 [&>svg]:size-4.5"
    >
      {icon}
      <div className="min-w-0 flex-1 pt-2.5 pb-1">
        <p>{children}</p>
        {action && (
          <button
            type="button"
            disabled={busy}
            onClick={onAct}
            className="-ms-2 min-h-10 rounded-sm px-2 text-start font-semibold hover:bg-hover-surface phone:min-h-11"
          >
            {action}
          </button>
        )}
      </div>
      <IconButton label={t('action.close')} icon={<X aria-hidden />} onClick={onClose} />
    </section>
  );
}
