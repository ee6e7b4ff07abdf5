import { toast } from '#lib/ui/toast.tsx';
import type { Texts } from '#lib/texts/texts.ts';

export async function copyText(t: Texts, text: string): Promise<void> {
  try {
    // Only https and localhost have the clipboard; at home Gatherly often runs on plain http.
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyBySelection(text);
    toast(t('message.copied'));
  } catch {
    toast.error(t('message.notCopied'));
  }
}

function copyBySelection(text: string): void {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'sr-only';
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (!isCopied) throw new Error('The browser refused to copy');
}
