import { useRef, type PointerEvent, type TouchEvent } from 'react';

const longPressMs = 400;
const slopPx = 10;

interface Press {
  timer: ReturnType<typeof setTimeout>;
  pointerId: number;
  x: number;
  y: number;
}

/**
 * Says when a finger or a pen stays for 400 ms within 10 px: phones' browsers ask for a menu later, or
 * never. Lifting it then presses nothing, if `onHold` says that the press has been answered. `stop` forgets
 * a press that something else has answered.
 */
export function useLongPress(onHold: (began: PointerEvent<HTMLElement>) => boolean) {
  const press = useRef<Press>(undefined);
  const isHeld = useRef(false);
  const stop = () => clearTimeout(press.current?.timer);
  const listeners = {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      stop();
      isHeld.current = false;
      if (event.pointerType === 'mouse' || !event.isPrimary) return;
      const hold = () => void (isHeld.current = onHold(event));
      const { pointerId, clientX: x, clientY: y } = event;
      press.current = { timer: setTimeout(hold, longPressMs), pointerId, x, y };
    },
    onPointerMove({ pointerId, clientX, clientY }: PointerEvent<HTMLElement>) {
      const { current } = press;
      if (pointerId !== current?.pointerId) return;
      if (Math.hypot(clientX - current.x, clientY - current.y) > slopPx) stop();
    },
    onPointerUp: stop,
    onPointerCancel: stop,
    onTouchEnd(event: TouchEvent<HTMLElement>) {
      if (isHeld.current && event.cancelable) event.preventDefault();
    },
  };
  return { listeners, stop };
}
