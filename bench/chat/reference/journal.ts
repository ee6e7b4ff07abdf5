import { fdatasync, openSync, write } from 'node:fs';

export type Store = (line: string, stored: () => void) => void;

/** In memory: what is stored is there. */
export const storeNowhere: Store = (_line, stored) => stored();

/** Appends to a file. All that waits shares one write and one `fdatasync`; in order. */
export function openJournal(path: string): Store {
  const file = openSync(path, 'a');
  let lines = '';
  let waiting: (() => void)[] = [];
  let isWriting = false;

  const writeBatch = (): void => {
    const [text, batch] = [lines, waiting];
    [lines, waiting] = ['', []];
    write(file, text, (failure) => {
      if (failure) throw failure;
      fdatasync(file, (failure) => {
        if (failure) throw failure;
        for (const stored of batch) stored();
        if (waiting.length > 0) setImmediate(writeBatch);
        else isWriting = false;
      });
    });
  };

  return (line, stored) => {
    lines += `${line}\n`;
    waiting.push(stored);
    if (isWriting) return;
    isWriting = true;
    // One turn later, so that what is read in this one goes into the batch.
    setImmediate(writeBatch);
  };
}
