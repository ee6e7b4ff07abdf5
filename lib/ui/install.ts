import { useSyncExternalStore } from 'react';

// Putting Gatherly on the home screen. Chromium says when it can be done and lets a page ask; on iOS
// people do it themselves, and have to be told how.

/** `by-hand`: from the browser's share menu. `no`: nobody can, here or yet. */
type Installing = 'can' | 'by-hand' | 'installed' | 'no';

interface InstallPrompt extends Event {
  prompt(): Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

type Early = { gatherlyInstallPrompt?: InstallPrompt };

/** For <head>: the browser may say it before this module is there, and says it once. */
export const keepPromptScript =
  "addEventListener('beforeinstallprompt',(e)=>{e.preventDefault();window.gatherlyInstallPrompt=e})";

let kept: InstallPrompt | null = null;
let isInstalled = false;
const listeners = new Set<() => void>();
const tell = () => listeners.forEach((listener) => listener());

if (typeof window !== 'undefined') {
  kept = (window as Early).gatherlyInstallPrompt ?? null;
  addEventListener('beforeinstallprompt', (event) => {
    // It is offered at a better moment than the browser's.
    event.preventDefault();
    kept = event as InstallPrompt;
    tell();
  });
  addEventListener('appinstalled', () => {
    kept = null;
    isInstalled = true;
    tell();
  });
}

const isStandalone = () =>
  matchMedia('(display-mode: standalone), (display-mode: minimal-ui)').matches ||
  (navigator as Navigator & { standalone?: boolean }).standalone === true;

const isApple = () =>
  /iPhone|iPad|iPod/.test(navigator.userAgent) ||
  (navigator.userAgent.includes('Macintosh') && navigator.maxTouchPoints > 1);

function installing(): Installing {
  if (isInstalled || isStandalone()) return 'installed';
  if (kept) return 'can';
  return isApple() ? 'by-hand' : 'no';
}

export const useInstalling = (): Installing =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    installing,
    () => 'no' as const,
  );

/** Has the browser ask; to be called by a press of a button. It can ask once. */
export async function install(): Promise<void> {
  const prompt = kept;
  kept = null;
  await prompt?.prompt();
  tell();
}
