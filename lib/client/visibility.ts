interface Visibility {
  start(): void;
  /** Tells the server anew: a new connection counts as visible. */
  resume(): void;
  /** What the server was told last. */
  isToldVisible(): boolean;
  stop(): void;
}

interface VisibilityParts {
  tell(visible: boolean): void;
  /** The page can no longer be seen, or its window has lost the focus. */
  onLeave(): void;
  /** The page is in front again, after so long out of sight. */
  onReturn(hiddenMs: number): void;
  onHide(): void;
}

const flipMs = 5000;

const isVisible = () => document.visibilityState === 'visible';

/** Whether somebody can be looking. A look of less than 5 s, or away, is nobody else's business. */
export function createVisibility({ tell, onLeave, onReturn, onHide }: VisibilityParts): Visibility {
  let told = true;
  let hiddenAt: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watch: AbortController | undefined;

  const tellNow = () => {
    told = isVisible();
    tell(told);
  };

  const change = () => {
    clearTimeout(timer);
    if (isVisible() !== told) timer = setTimeout(tellNow, flipMs);
    if (isVisible()) return comeBack();
    hiddenAt ??= Date.now();
    onHide();
    onLeave();
  };

  const comeBack = () => {
    if (!isVisible() || !document.hasFocus()) return;
    const hiddenMs = hiddenAt === null ? 0 : Date.now() - hiddenAt;
    hiddenAt = null;
    onReturn(hiddenMs);
  };

  return {
    start() {
      if (!isVisible()) {
        hiddenAt = Date.now();
        onLeave();
      }
      watch = new AbortController();
      const { signal } = watch;
      document.addEventListener('visibilitychange', change, { signal });
      window.addEventListener('blur', onLeave, { signal });
      window.addEventListener('focus', comeBack, { signal });
    },
    resume() {
      clearTimeout(timer);
      tellNow();
    },
    isToldVisible: () => told,
    stop() {
      clearTimeout(timer);
      watch?.abort();
    },
  };
}
