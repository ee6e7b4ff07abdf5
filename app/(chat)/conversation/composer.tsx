import { useEffect, useImperativeHandle, useRef, type Ref } from 'react';
import { useActions } from '#lib/client/provider.tsx';
import { limits } from '#lib/contract/limits.ts';
import type { Conversation, Message } from '#lib/contract/records.ts';
import { isVisible } from '#lib/contract/text.ts';
import type { Texts } from '#lib/texts/texts.ts';
import { useTexts } from '#lib/ui/texts-provider.tsx';
import { ComposerBox } from './composer-box.tsx';
import { EditingBar } from './editing-bar.tsx';
import { isTouch } from './touch.ts';
import { useDraft } from './use-draft.ts';
import { useEditing } from './use-editing.ts';

export interface ComposerHandle {
  focus(): void;
}

interface ComposerProps {
  conversation: Conversation;
  /** The message that is being changed instead of a new one written. */
  editing: Message | null;
  onEditEnd: () => void;
  onEditLast: () => boolean;
  onSend: (text: string) => void;
  ref: Ref<ComposerHandle>;
}

export function Composer(props: ComposerProps) {
  const { conversation, editing, onEditEnd, onEditLast, onSend, ref } = props;
  const t = useTexts();
  const { setTyping } = useActions();
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = useDraft(conversation.id, field);
  const edit = useEditing(editing, onEditEnd);
  const text = editing ? edit.text : draft.text;
  const excess = excessText(t, text);

  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }));
  useEffect(() => {
    if (!isTouch()) field.current?.focus({ preventScroll: true });
    return () => setTyping(conversation.id, '');
  }, [conversation.id, setTyping]);
  const editingId = editing?.id;
  useEffect(() => {
    const box = field.current;
    if (!editingId || !box) return;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }, [editingId]);

  const change = (value: string) => {
    if (editing) return edit.change(value);
    draft.change(value);
    setTyping(conversation.id, value);
  };
  const submit = () => {
    if (!isVisible(text) || excess) return;
    if (editing) return edit.save();
    onSend(text.trim());
    draft.handOver();
    setTyping(conversation.id, '');
  };

  return (
    <div
      data-composer
      className="mx-auto w-full max-w-220 flex-none px-4 pb-3.5 desktop:px-6 phone:px-2 phone:pb-[calc(8px+env(safe-area-inset-bottom))]"
    >
      <div className="rounded-xl bg-sunken shadow-[inset_0_0_0_1px_var(--c-border)] focus-within:shadow-[inset_0_0_0_1.5px_var(--c-accent-text)]">
        {editing && (
          <EditingBar
            text={editing.text}
            onCancel={() => {
              onEditEnd();
              field.current?.focus();
            }}
          />
        )}
        <ComposerBox
          ref={field}
          value={text}
          sendLabel={t(editing ? 'action.save' : 'composer.send')}
          isBusy={edit.isSaving}
          describedBy={excess ? 'composer-limit' : undefined}
          onChange={change}
          onSubmit={submit}
          onUp={() => !editing && text === '' && onEditLast()}
          onEscape={() => {
            if (editing) onEditEnd();
            return editing !== null;
          }}
        />
      </div>
      {excess && (
        <p id="composer-limit" role="alert" className="px-4 pt-1.5 text-sm text-danger">
          {excess}
        </p>
      )}
    </div>
  );
}

const utf8 = new TextEncoder();

/** Says that the text is too long; null while it is not. */
function excessText(t: Texts, text: string): string | null {
  // Even four bytes each would fit.
  if (text.length * 4 <= limits.textBytes) return null;
  const bytes = utf8.encode(text.trim()).length;
  if (bytes <= limits.textBytes) return null;
  const kib = (value: number) => Math.ceil(value / 1024);
  return t('composer.tooLong', { size: kib(bytes), max: kib(limits.textBytes) });
}
