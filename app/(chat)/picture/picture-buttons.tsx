'use client';

import { useRef, useState } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import { Button } from '#lib/ui/button.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { toast } from '#lib/ui/toast.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';
import { PictureDialog } from './picture-dialog.tsx';

interface PictureButtonsProps {
  hasPicture: boolean;
  /** Of this group; without it, of oneself. */
  groupId?: string;
}

/** Chooses another picture, or none. */
export function PictureButtons({ hasPicture, groupId }: PictureButtonsProps) {
  const t = useTexts();
  const { setPicture } = useActions();
  const { isBusy, attempt } = useAttempt();
  const chooser = useRef<HTMLInputElement>(null);
  const [picture, setChosen] = useState<ImageBitmap | null>(null);

  const choose = async (file: File | undefined) => {
    if (!file) return;
    try {
      setChosen(await createImageBitmap(file));
    } catch {
      toast.error(t('picture.unreadable'));
    }
  };
  const close = () => {
    picture?.close();
    setChosen(null);
  };
  const use = async (blob: Blob) => {
    await setPicture(blob, groupId);
    toast(t('picture.changed'));
  };
  const remove = async () => {
    if (isBusy) return;
    if (await attempt(setPicture(null, groupId), t('picture.failed'))) toast(t('picture.removed'));
  };
  return (
    <>
      <input
        ref={chooser}
        type="file"
        accept="image/*"
        hidden
        onChange={(event) => {
          void choose(event.target.files?.[0]);
          // So that the same file can be chosen again.
          event.target.value = '';
        }}
      />
      <div className="flex flex-wrap gap-2">
        <Button variant="tonal" size="sm" onClick={() => chooser.current?.click()}>
          {t(hasPicture ? 'picture.change' : 'picture.add')}
        </Button>
        {hasPicture && (
          <Button variant="danger-text" size="sm" busy={isBusy} onClick={() => void remove()}>
            {t('picture.remove')}
          </Button>
        )}
      </div>
      {picture && (
        <PictureDialog
          picture={picture}
          kind={groupId === undefined ? 'person' : 'group'}
          onUse={use}
          onClose={close}
        />
      )}
    </>
  );
}
