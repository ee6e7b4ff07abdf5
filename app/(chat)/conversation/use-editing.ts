import { useState } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import type { Message } from '#lib/contract/records.ts';
import { toast } from '#lib/ui/toast.tsx';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { failureText } from '#lib/ui/failure.ts';

/** The text of the message that is being changed. What could not be saved stays in the composer. */
export function useEditing(message: Message | null, onEnd: () => void) {
  const t = useTexts();
  const { editMessage } = useActions();
  const [change, setChange] = useState<{ id: string; text: string } | null>(null);
  const [isSaving, setSaving] = useState(false);
  const text = message && change?.id === message.id ? change.text : (message?.text ?? '');

  return {
    text,
    isSaving,
    change: (value: string) => message && setChange({ id: message.id, text: value }),
    save() {
      if (!message || isSaving) return;
      const end = () => {
        setChange(null);
        onEnd();
      };
      if (text.trim() === message.text) return end();
      setSaving(true);
      editMessage(message, text.trim())
        .then(end)
        .catch((error: unknown) => toast.error(failureText(t, t('message.notSaved'), error)))
        .finally(() => setSaving(false));
    },
  };
}
