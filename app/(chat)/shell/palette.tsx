'use client';

import { useEffect, useEffectEvent, useState, type ComponentType } from 'react';
import { toast } from '#lib/ui/toast.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import type { PaletteDialogProps } from './palette-dialog.tsx';

const load = async () => (await import('./palette-dialog.tsx')).PaletteDialog;

const loadAfterMs = 5_000;

interface PaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The chat that is on the screen. */
  openId: string | null;
}

/** Jumps to a chat or a person. Not part of the page's first load: it comes once that is over. */
export function Palette({ open, onOpenChange, openId }: PaletteProps) {
  const t = useTexts();
  const [Loaded, setLoaded] = useState<ComponentType<PaletteDialogProps> | null>(null);
  const isLoaded = Loaded !== null;
  const fail = useEffectEvent(() => {
    onOpenChange(false);
    toast.error(t('error.offline'), { id: 'palette' });
  });
  useEffect(() => {
    if (isLoaded) return;
    const begin = () =>
      load().then(
        (dialog) => setLoaded(() => dialog),
        // What fails ahead of time is asked for again when it is wanted.
        () => open && fail(),
      );
    const timer = setTimeout(() => void begin(), open ? 0 : loadAfterMs);
    return () => clearTimeout(timer);
  }, [open, isLoaded]);
  return open && Loaded && <Loaded onClose={() => onOpenChange(false)} openId={openId} />;
}
