'use client';

import { Check, TriangleAlert } from 'lucide-react';
import { useSyncExternalStore, type ReactNode } from 'react';
import { Toaster as Sonner, toast as sonner } from 'sonner';
import { useTexts } from '#lib/ui/texts-provider.tsx';

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
  sonner(message, { ...rest, icon, duration, closeButton: stays });
}

toast.error = (message: ReactNode, options: ToastOptions = {}): void => {
  sonner(<span role="alert">{message}</span>, {
    ...options,
    icon: <TriangleAlert aria-hidden />,
    duration: Infinity,
    closeButton: true,
  });
};

toast.dismiss = (id?: string): void => void sonner.dismiss(id);

const phone = '(width < 720px)';
const onPhoneChange = (listener: () => void) => {
  const query = matchMedia(phone);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
};

const classNames = {
  toast:
    'inset-x-0 mx-auto flex min-h-12 w-fit max-w-115 items-center gap-2.5 rounded-row bg-toast py-1.5 ps-4 pe-2 font-sans text-md text-on-toast shadow-3 phone:mx-0 phone:w-full phone:max-w-none',
  icon: '[&>svg]:size-4.5',
  content: 'min-w-0 flex-1 py-1.5 pe-2',
  actionButton:
    'order-1 min-h-11 flex-none rounded-sm px-2.5 font-semibold whitespace-nowrap text-toast-action',
  closeButton: 'order-2 grid size-11 flex-none place-items-center rounded-sm [&>svg]:size-4.5',
};

export function Toaster() {
  const t = useTexts();
  const isPhone = useSyncExternalStore(
    onPhoneChange,
    () => matchMedia(phone).matches,
    () => false,
  );
  return (
    <Sonner
      position="bottom-center"
      visibleToasts={isPhone ? 1 : 3}
      expand
      gap={8}
      offset={{ bottom: 88 }}
      mobileOffset={{ bottom: 'calc(76px + env(safe-area-inset-bottom))', left: 12, right: 12 }}
      dir={t.direction}
      containerAriaLabel={t('app.notices')}
      toastOptions={{ unstyled: true, classNames, closeButtonAriaLabel: t('action.close') }}
    />
  );
}
