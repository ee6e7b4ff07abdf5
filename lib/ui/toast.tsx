'use client';

import { Check, TriangleAlert } from '#lib/ui/icons.tsx';
import {
  useEffect,
  useState,
  type ComponentProps,
  type ComponentType,
  type ReactNode,
} from 'react';
import type { toast as Show } from 'sonner';
import { later } from './later.ts';
import type { Toaster as Shower } from './toaster.tsx';

type Call = (show: typeof Show) => void;
type ShowerProps = ComponentProps<typeof Shower>;

// Sonner comes with the first toast, or once the page is idle; until then what is told waits.
let show: typeof Show | null = null;
let fetchShower = (): Promise<unknown> => Promise.resolve();
const waiting: Call[] = [];

function tell(call: Call): void {
  if (show) return call(show);
  waiting.push(call);
  void fetchShower();
}

function begin(given: typeof Show): void {
  show = given;
  for (const call of waiting.splice(0)) call(given);
}

later(() => fetchShower());

interface ToastOptions {
  id?: string;
  action?: { label: string; onClick: () => void };
  /** Until it is closed: it is an offer, and nobody has to hurry. */
  stays?: boolean;
}

/** Says how one's own action went. With an action it stays longer, as an error until it is closed. */
export function toast(message: ReactNode, options: ToastOptions = {}): void {
  const { stays = false, ...rest } = options;
  const icon = rest.action ? undefined : <Check aria-hidden />;
  const duration = stays ? Infinity : rest.action ? 8000 : 5000;
  tell((show) => void show(message, { ...rest, icon, duration, closeButton: stays }));
}

toast.error = (message: ReactNode, options: ToastOptions = {}): void => {
  const icon = <TriangleAlert aria-hidden />;
  const settings = { ...options, icon, duration: Infinity, closeButton: true };
  tell((show) => void show(<span role="alert">{message}</span>, settings));
};

toast.dismiss = (id?: string): void => tell((show) => void show.dismiss(id));

/** Once in a page: where toasts are shown. */
export function Toaster() {
  const [Loaded, setLoaded] = useState<ComponentType<ShowerProps> | null>(null);
  useEffect(() => {
    fetchShower = () =>
      import('./toaster.tsx').then(
        (module) => setLoaded(() => module.Toaster),
        // Asked for again with the next toast, or when the page is idle.
        () => undefined,
      );
    if (waiting.length > 0) void fetchShower();
  }, []);
  return Loaded && <Loaded onReady={begin} />;
}
