'use client';

import {
  createElement,
  Suspense,
  use,
  useEffect,
  useEffectEvent,
  useState,
  useSyncExternalStore,
  type ComponentType,
  type ReactNode,
} from 'react';
import type { Texts } from '#lib/texts/texts.ts';
import { useBackCloses } from './back.ts';
import { later } from './later.ts';
import { useTexts } from './texts-provider.tsx';
import { toast } from './toast.tsx';

// Components whose code comes when they are first shown, or before that while the page is idle, instead of
// with the page.

type Load<P> = () => Promise<ComponentType<P>>;

function partOf<P>(load: Load<P>) {
  const listeners = new Set<() => void>();
  let loaded: ComponentType<P> | null = null;
  let attempt: Promise<ComponentType<P> | null> | null = null;
  const fetch = async () => {
    loaded ??= await load();
    for (const listener of listeners) listener();
    return loaded;
  };
  later(fetch);
  return {
    loaded: () => loaded,
    fetch,
    /** The same for all who ask until it is given up; null if it fails. */
    attempt: () => (attempt ??= loaded ? readAlready(loaded) : fetch().catch(() => null)),
    giveUp: () => void (attempt = null),
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** A promise that `use` has the value of at once, as React marks those that it has seen fulfilled. */
const readAlready = <T,>(value: T): Promise<T> =>
  Object.assign(Promise.resolve(value), { status: 'fulfilled', value });

interface Stand {
  /** What is there while the view comes. */
  Waiting: ComponentType;
  /** What is there when it cannot be had; `whyNot` says why. */
  Failed: ComponentType<{ retry: () => void }>;
}

/** A part of the page that has a place of its own. The server renders it like any other. */
export function viewOnDemand<P extends object>(
  load: Load<P>,
  { Waiting, Failed }: Stand,
): (props: P) => ReactNode {
  const part = partOf(load);

  function View(props: P) {
    const [, again] = useState(0);
    // Also when it is there: React goes through a component again that has waited, and misses the call.
    const Loaded = use(part.attempt());
    const isThere = Loaded !== null;
    useEffect(() => {
      // Whoever opens it another time asks anew.
      if (!isThere) return part.giveUp;
    }, [isThere]);
    if (Loaded) return createElement(Loaded, props);
    const retry = () => {
      part.giveUp();
      again((times) => times + 1);
    };
    return <Failed retry={retry} />;
  }

  return function ViewOnDemand(props: P) {
    return (
      <Suspense fallback={<Waiting />}>
        <View {...props} />
      </Suspense>
    );
  };
}

/** What nobody asks for and nobody misses: it is there once the page has been idle. */
export function onceIdle<P extends object>(load: Load<P>): (props: P) => ReactNode {
  const part = partOf(load);
  return function OnceIdle(props: P) {
    const Loaded = useFetched(part);
    return Loaded && createElement(Loaded, props);
  };
}

/** What nobody sees in the first moment, but what cannot wait: it is fetched as soon as the page lives. */
export function atOnce<P extends object>(load: Load<P>): (props: P) => ReactNode {
  const part = partOf(load);
  return function AtOnce(props: P) {
    const Loaded = useFetched(part);
    useEffect(() => {
      // Not in the task in which the page begins to live.
      const timer = setTimeout(() => void part.fetch().catch(() => undefined));
      return () => clearTimeout(timer);
    }, []);
    return Loaded && createElement(Loaded, props);
  };
}

/** The part from when it has been fetched, by whomever; null until then. */
const useFetched = <P,>(part: ReturnType<typeof partOf<P>>) =>
  useSyncExternalStore(part.subscribe, part.loaded, () => null);

interface OpenProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** What opens on top of the page. From its first opening it stays, for its way out. */
export function dialogOnDemand<P extends OpenProps>(load: Load<P>): (props: P) => ReactNode {
  const part = partOf(load);
  return function DialogOnDemand(props: P) {
    const Loaded = useOpened(part, props.open, () => props.onOpenChange(false));
    return Loaded && <Loaded {...props} />;
  };
}

/** What is open as long as it is there. */
export function openOnDemand<P extends { onClose: () => void }>(
  load: Load<P>,
): (props: P) => ReactNode {
  const part = partOf(load);
  return function OpenOnDemand(props: P) {
    const Loaded = useOpened(part, true, props.onClose);
    return Loaded && <Loaded {...props} />;
  };
}

function useOpened<P>(part: ReturnType<typeof partOf<P>>, isOpen: boolean, close: () => void) {
  const t = useTexts();
  const [Loaded, setLoaded] = useState(part.loaded);
  const isAwaited = isOpen && Loaded === null;
  // Whoever goes on meanwhile does not want it any more.
  useBackCloses(isAwaited, close);
  const fail = useEffectEvent(() => {
    close();
    const action = { label: t('update.reload'), onClick: () => location.reload() };
    toast.error(whyNot(t), { id: 'unavailable', action });
  });
  useEffect(() => {
    if (!isAwaited) return;
    let isOver = false;
    part.fetch().then(
      (loaded) => isOver || setLoaded(() => loaded),
      () => isOver || fail(),
    );
    return () => void (isOver = true);
  }, [part, isAwaited]);
  return Loaded;
}

/** Why code cannot be had. A page of an earlier version asks in vain, and has to be loaded anew. */
export const whyNot = (t: Texts): string =>
  t(navigator.onLine ? 'error.unavailable' : 'error.offline');
