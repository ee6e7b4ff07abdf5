import { useEffect, useEffectEvent, useRef, useState, type RefObject } from 'react';
import { useActions, useChat, useReadChat } from '#lib/client/provider.tsx';

const pauseMs = 300;

/** What stands unsent in the composer; kept for the next time it opens, also after a reload. */
export function useDraft(id: string, field: RefObject<HTMLTextAreaElement | null>) {
  const { setDraft } = useActions();
  const read = useReadChat();
  const kept = useChat((state) => state.drafts[id] ?? '');
  const [text, setText] = useState(kept);
  const isTouched = useRef(false);
  const unsaved = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  // What the browser has kept may come a moment after the page, turn out to have been sent, or be changed
  // in another tab; it never replaces what is typed here, unless one has gone to that tab since.
  useEffect(() => {
    const isTypedHere = unsaved.current !== null || (isTouched.current && document.hasFocus());
    if (!isTypedHere) setText(kept);
  }, [kept]);

  const save = useEffectEvent(() => {
    clearTimeout(timer.current);
    if (unsaved.current !== null) setDraft(id, unsaved.current);
    unsaved.current = null;
  });
  useEffect(() => {
    const leave = () => save();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, []);

  const change = (value: string) => {
    isTouched.current = true;
    setText(value);
    unsaved.current = value;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      if (unsaved.current !== null) setDraft(id, unsaved.current);
      unsaved.current = null;
    }, pauseMs);
  };

  // Typed while the page was only drawn: it would go as soon as the field is drawn again.
  const takeUp = useEffectEvent(() => {
    const typed = field.current?.value;
    if (!typed || typed === text) return;
    // After what the browser has kept, which the store reads as the page begins to live.
    queueMicrotask(() => change([read().drafts[id], typed].filter(Boolean).join(' ')));
  });
  useEffect(() => takeUp(), []);

  return {
    text,
    change,
    /** What was written has been handed on: whoever has it forgets the draft when it is safe. */
    handOver() {
      clearTimeout(timer.current);
      isTouched.current = true;
      unsaved.current = null;
      setText('');
    },
  };
}
