import type { CSSProperties } from 'react';
import { Button } from '#lib/ui/button.tsx';
import { Dialog } from '#lib/ui/dialog.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { useAttempt } from '#lib/ui/use-attempt.ts';
import { cut, draw, maxZoom } from './framing.ts';
import { useFraming } from './use-framing.ts';

interface PictureDialogProps {
  picture: ImageBitmap;
  kind: 'person' | 'group';
  onUse: (picture: Blob) => Promise<void>;
  onClose: () => void;
}

/** Which square of a picture is to be shown. */
export function PictureDialog({ picture, kind, onUse, onClose }: PictureDialogProps) {
  const t = useTexts();
  const { isBusy, attempt } = useAttempt();
  const { framing, frame, handlers, setZoom } = useFraming(picture);
  // Called after every change, and when the dialog has put it onto the page, which is later than this.
  const show = (canvas: HTMLCanvasElement | null) => {
    if (canvas) draw(picture, framing, canvas);
  };
  const use = async () => {
    if (isBusy) return;
    if (await attempt(cut(picture, framing).then(onUse), t('picture.failed'))) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('picture.adjust')}
      footer={
        <>
          <Button variant="text" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button busy={isBusy} busyLabel={t('action.saving')} onClick={() => void use()}>
            {t('picture.use')}
          </Button>
        </>
      }
    >
      <button
        type="button"
        ref={frame}
        {...handlers}
        aria-label={t('picture.frame')}
        className="relative mx-auto mt-1 block aspect-square w-70 max-w-full cursor-grab touch-none overflow-hidden rounded-lg bg-sunken active:cursor-grabbing"
      >
        <canvas ref={show} width={560} height={560} className="block size-full" />
        <span
          aria-hidden
          className={`pointer-events-none absolute inset-0 shadow-[0_0_0_200px_var(--c-scrim)] ${kind === 'group' ? 'rounded-[32%]' : 'rounded-full'}`}
        />
      </button>
      <label className="mx-auto mt-3 flex w-70 max-w-full items-center gap-3 text-md text-text">
        {t('picture.zoom')}
        <input
          type="range"
          min={1}
          max={maxZoom}
          step={0.01}
          value={framing.zoom}
          aria-valuetext={t('picture.times', { factor: Math.round(framing.zoom * 10) / 10 })}
          onChange={(event) => setZoom(Number(event.target.value))}
          style={{ '--at': (framing.zoom - 1) / (maxZoom - 1) } as CSSProperties}
          className="slider h-11 min-w-0 flex-1"
        />
      </label>
    </Dialog>
  );
}
