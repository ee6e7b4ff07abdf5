import { X } from '#lib/ui/icons.tsx';
import { IconButton } from '#lib/ui/icon-button.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';

/** Above the text: that it changes a message instead of making one. */
export function EditingBar({ text, onCancel }: { text: string; onCancel: () => void }) {
  const t = useTexts();
  return (
    <div className="flex items-center gap-2.5 ps-4 pe-1.5 pt-2 pb-0.5">
      <span className="w-[3px] self-stretch rounded-full bg-accent-text" />
      <span className="min-w-0 flex-1 text-sm">
        <b className="block font-semibold text-accent-text">{t('editing.title')}</b>
        <span dir="auto" className="trunc block text-text-2">
          {text}
        </span>
      </span>
      <IconButton
        label={t('editing.cancel')}
        shortcut={t('key.esc')}
        className="rounded-full"
        icon={<X aria-hidden />}
        onClick={onCancel}
      />
    </div>
  );
}
