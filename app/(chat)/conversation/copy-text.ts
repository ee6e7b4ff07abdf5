import { toast } from '#lib/ui/toast.tsx';

export async function copyText(text: string): Promise<void> {
  try {
    // Only https and localhost have the clipboard; at home Gatherly often runs on plain http.
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyBySelection(text);
    toast('Text copied');
  } catch {
    toast.error('Not copied. This browser doesn’t allow it here.');
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
