import { useCallback, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { sideOf, wholeOf, within, type Framing, type Size } from './framing.ts';

const zoomStep = 0.1;
/** Part of the frame that an arrow key moves. */
const keyStep = 0.05;

const directions: Record<string, readonly [x: number, y: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Moves and zooms a picture in a frame: by mouse and wheel, one or two fingers, or keys. */
export function useFraming(size: Size) {
  const [framing, setFraming] = useState<Framing>(() => wholeOf(size));
  const pointers = useRef(new Map<number, { x: number; y: number }>());

  const change = (to: (now: Framing) => Framing) => setFraming((now) => within(to(now), size));
  const zoomBy = (factor: number) => change((now) => ({ ...now, zoom: now.zoom * factor }));
  /** By parts of the frame's side. */
  const moveBy = (x: number, y: number) =>
    change((now) => {
      const side = sideOf(now, size);
      return { ...now, x: now.x + x * side, y: now.y + y * side };
    });

  // React listens to wheels passively, and then the page behind would scroll as well.
  const frame = useCallback(
    (element: HTMLElement | null) => {
      const turn = (event: WheelEvent) => {
        event.preventDefault();
        const factor = Math.exp(-event.deltaY / 400);
        setFraming((now) => within({ ...now, zoom: now.zoom * factor }, size));
      };
      element?.addEventListener('wheel', turn, { passive: false });
      return () => element?.removeEventListener('wheel', turn);
    },
    [size],
  );

  const release = ({ pointerId }: PointerEvent) => void pointers.current.delete(pointerId);
  const handlers = {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      event.currentTarget.setPointerCapture(event.pointerId);
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    onPointerMove({ pointerId, clientX, clientY, currentTarget }: PointerEvent<HTMLElement>) {
      const before = pointers.current.get(pointerId);
      if (!before) return;
      const now = { x: clientX, y: clientY };
      const other = [...pointers.current].find(([id]) => id !== pointerId)?.[1];
      pointers.current.set(pointerId, now);
      const width = currentTarget.clientWidth;
      // Each of two fingers has half a say in where the picture goes.
      const part = (other ? 0.5 : 1) / width;
      moveBy((before.x - now.x) * part, (before.y - now.y) * part);
      if (other) zoomBy(distance(now, other) / Math.max(1, distance(before, other)));
    },
    onPointerUp: release,
    onPointerCancel: release,
    onKeyDown(event: KeyboardEvent) {
      const direction = directions[event.key];
      if (direction) moveBy(direction[0] * keyStep, direction[1] * keyStep);
      else if (event.key === '+' || event.key === '=') zoomBy(1 + zoomStep);
      else if (event.key === '-') zoomBy(1 / (1 + zoomStep));
      else return;
      event.preventDefault();
    },
  };
  const setZoom = (zoom: number) => change((now) => ({ ...now, zoom }));
  return { framing, frame, handlers, setZoom };
}

const distance = (a: { x: number; y: number }, b: { x: number; y: number }): number =>
  Math.hypot(a.x - b.x, a.y - b.y);
