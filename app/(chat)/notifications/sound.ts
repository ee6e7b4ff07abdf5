import { recall, rememberHere, useRemembered } from '#lib/ui/remembered.ts';

const name = 'sound';

/** Whether messages are heard while a page is open; on until it is switched off. */
export const useSoundOn = (): boolean => useRemembered(name) !== 'off';
export const setSound = (on: boolean): void => rememberHere(name, on ? 'on' : 'off');

let context: AudioContext | null = null;

/** Two soft notes, made on the spot. Browsers stay silent until somebody has pressed something. */
export async function playSound(): Promise<void> {
  if (recall(name) === 'off' || !navigator.userActivation?.hasBeenActive) return;
  context ??= new AudioContext();
  await context.resume();
  for (const [index, hertz] of [659, 880].entries()) note(context, hertz, index * 0.09);
}

function note(context: AudioContext, hertz: number, inSeconds: number): void {
  const start = context.currentTime + inSeconds;
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.12, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + 0.32);
}
