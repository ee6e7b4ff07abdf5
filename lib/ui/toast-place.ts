// Toasts stand at the end of the page, or at the end of the dialog on top of it: a dialog lets nobody
// reach what is outside it, by pointer, keyboard or screen reader.

const dialogs: HTMLElement[] = [];
let place: HTMLElement | null = null;

const moved = 'gatherly:toasts-moved';

function move(): void {
  (dialogs.at(-1) ?? document.body).append(toastPlace());
  tellToastsMoved();
}

/** Where they stand is found anew. */
export const tellToastsMoved = (): void => void dispatchEvent(new Event(moved));

/** For useSyncExternalStore: calls the listener when they stand elsewhere. */
export function onToastsMoved(listener: () => void): () => void {
  const watch = new AbortController();
  for (const type of [moved, 'resize']) addEventListener(type, listener, { signal: watch.signal });
  return () => watch.abort();
}

/** The element that toasts are drawn in; it is the same for as long as the page is there. */
export function toastPlace(): HTMLElement {
  if (place) return place;
  place = document.createElement('div');
  move();
  return place;
}

/** Whether a press is on a toast; for a dialog, it looks like one beside it. */
export const isOnToast = (target: EventTarget | null): boolean =>
  target instanceof Node && place !== null && place.contains(target);

/** For a dialog's `ref`: toasts stand in it as long as it is on top. */
export function keepToasts(dialog: HTMLElement | null): (() => void) | undefined {
  if (!dialog) return undefined;
  let isOver = false;
  // What is moving takes along what is fixed inside it.
  const moves = dialog.getAnimations().map(({ finished }) => finished);
  void Promise.allSettled(moves).then(() => {
    if (isOver) return;
    dialogs.push(dialog);
    if (place) move();
  });
  return () => {
    isOver = true;
    const at = dialogs.indexOf(dialog);
    if (at < 0) return;
    dialogs.splice(at, 1);
    if (place) move();
  };
}
