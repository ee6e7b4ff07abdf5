import type { ComponentProps } from 'react';

/**
 * The icons of the design, on a field of 24 units with room around them; 22 pixels unless a class says another
 * size. Names follow what they show.
 */

interface Dots {
  d: string;
  /** Their thickness, in units. */
  width: number;
}

function icon(lines: string, dots?: Dots) {
  return function Icon(props: ComponentProps<'svg'>) {
    const { className = '', ...rest } = props;
    return (
      <svg viewBox="0 0 24 24" width={22} height={22} {...rest} className={`icon ${className}`}>
        {lines && <path d={lines} />}
        {dots && <path d={dots.d} strokeWidth={dots.width} />}
      </svg>
    );
  };
}

export const Archive = /* @__PURE__ */ icon(
  'M4.5 4.5h15a1 1 0 0 1 1 1v2.5a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1ZM5 9v8a2.5 2.5 0 0 0 2.5 2.5h9A2.5 2.5 0 0 0 19 17V9M10 12.5h4',
);
export const ArchiveRestore = /* @__PURE__ */ icon(
  'M4.5 4.5h15a1 1 0 0 1 1 1v2.5a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1ZM5 9v8a2.5 2.5 0 0 0 2.5 2.5h9A2.5 2.5 0 0 0 19 17V9M12 16.5v-5M9.5 13.8l2.5-2.5 2.5 2.5',
);
export const ArrowDown = /* @__PURE__ */ icon('M12 4.5v15M5.5 13l6.5 6.5 6.5-6.5');
export const ArrowLeft = /* @__PURE__ */ icon('M19 12H5m6.5-6.5L5 12l6.5 6.5');
export const Ban = /* @__PURE__ */ icon(
  'M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0 -17 0ZM6 6l 12 12',
);
export const Bell = /* @__PURE__ */ icon(
  'M9.5 19.5a2.7 2.7 0 0 0 5 0M4.5 16c.8-1.1 2-2.2 2-6.2a5.5 5.5 0 0 1 11 0c0 4 1.2 5.1 2 6.2Z',
);
export const BellOff = /* @__PURE__ */ icon(
  'M9.5 19.5a2.7 2.7 0 0 0 5 0M6.5 9.8c0 4-1.2 5.1-2 6.2h12M18.4 14c-.5-.9-.9-2.2-.9-4.2a5.5 5.5 0 0 0-9-4.2M4 3.5l16.5 17',
);
export const BellRing = /* @__PURE__ */ icon(
  'M9.5 19.5a2.7 2.7 0 0 0 5 0M4.5 16c.8-1.1 2-2.2 2-6.2a5.5 5.5 0 0 1 11 0c0 4 1.2 5.1 2 6.2ZM3 8.5c.2-1.8.9-3.3 2.1-4.5M21 8.5c-.2-1.8-.9-3.3-2.1-4.5',
);
export const Check = /* @__PURE__ */ icon('m4.5 12.5 5 5 10-11');
export const ChevronRight = /* @__PURE__ */ icon('m9.5 5.5 6.5 6.5-6.5 6.5');
export const CircleCheck = /* @__PURE__ */ icon(
  'M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0 -17 0ZM8.2 12.3l 2.7 2.7 4.9-5.4',
);
export const Copy = /* @__PURE__ */ icon(
  'M11 8.5h6.5a2.5 2.5 0 0 1 2.5 2.5v6.5a2.5 2.5 0 0 1 -2.5 2.5h-6.5a2.5 2.5 0 0 1 -2.5 -2.5v-6.5a2.5 2.5 0 0 1 2.5 -2.5ZM15.5 8.5v-2A2.5 2.5 0 0 0 13 4H6.5A2.5 2.5 0 0 0 4 6.5V13a2.5 2.5 0 0 0 2.5 2.5h2',
);
export const Crown = /* @__PURE__ */ icon('m4 8 3.9 3.2L12 5.5l4.1 5.7L20 8l-1.6 10H5.6Z');
export const Download = /* @__PURE__ */ icon('M12 4v11M7 10.5l5 5 5-5M4.5 19.5h15');
export const EllipsisVertical = /* @__PURE__ */ icon('', {
  d: 'M12 5.5v.01M12 12v.01M12 18.5v.01',
  width: 3.75,
});
export const Eye = /* @__PURE__ */ icon(
  'M2.5 12C4.5 8 8 6 12 6s7.5 2 9.5 6c-2 4-5.5 6-9.5 6s-7.5-2-9.5-6ZM9 12a3 3 0 1 0 6 0 3 3 0 1 0 -6 0Z',
);
export const EyeOff = /* @__PURE__ */ icon(
  'M10 6.2c.7-.1 1.3-.2 2-.2 4 0 7.5 2 9.5 6a13 13 0 0 1-2.4 3.3M6.3 7.7A11.5 11.5 0 0 0 2.5 12c2 4 5.5 6 9.5 6 1.8 0 3.4-.4 4.8-1.2M9.9 9.9a3 3 0 0 0 4.2 4.2M4 4l16 16',
);
export const Globe = /* @__PURE__ */ icon(
  'M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0 -17 0ZM3.5 12h17M12 3.5c5 5.5 5 11.5 0 17M12 3.5c-5 5.5-5 11.5 0 17',
);
export const HardDrive = /* @__PURE__ */ icon(
  'M3.5 14h17M6.2 6h11.6l2.7 8v2.5a2.5 2.5 0 0 1-2.5 2.5H6a2.5 2.5 0 0 1-2.5-2.5V14Z',
  { d: 'M7.5 16.5v.1M10.5 16.5v.1', width: 2 },
);
export const Info = /* @__PURE__ */ icon(
  'M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 1 0 -17 0ZM12 11.3V16',
  { d: 'M12 8.1v.2', width: 2.4 },
);
export const KeyRound = /* @__PURE__ */ icon(
  'M4 15.5a4 4 0 1 0 8 0 4 4 0 1 0 -8 0ZM11 12.5l8.5-8.5M16 7.5l3 3',
);
export const Keyboard = /* @__PURE__ */ icon(
  'M5.5 6h13a2.5 2.5 0 0 1 2.5 2.5v7a2.5 2.5 0 0 1 -2.5 2.5h-13a2.5 2.5 0 0 1 -2.5 -2.5v-7a2.5 2.5 0 0 1 2.5 -2.5ZM9 14.5h6',
  { d: 'M7 10v.1M10.3 10v.1M13.7 10v.1M17 10v.1', width: 2.2 },
);
export const Chain = /* @__PURE__ */ icon(
  'M10.5 13.5a3.8 3.8 0 0 0 5.4 0l3-3a3.8 3.8 0 0 0-5.4-5.4l-1 1M13.5 10.5a3.8 3.8 0 0 0-5.4 0l-3 3a3.8 3.8 0 0 0 5.4 5.4l1-1',
);
export const LogOut = /* @__PURE__ */ icon(
  'M10 4.5H7A2.5 2.5 0 0 0 4.5 7v10A2.5 2.5 0 0 0 7 19.5h3M15.5 8l4 4-4 4M19.5 12H10',
);
export const Mail = /* @__PURE__ */ icon('M3.5 5.5h17v13h-17ZM4 6.5l8 6.5 8-6.5');
export const MessageCircle = /* @__PURE__ */ icon(
  'M4 12a8 8 0 1 1 3.6 6.7L4 20l1.1-3.6A8 8 0 0 1 4 12Z',
);
export const Monitor = /* @__PURE__ */ icon(
  'M5.5 4.5h13a2.5 2.5 0 0 1 2.5 2.5v7a2.5 2.5 0 0 1 -2.5 2.5h-13a2.5 2.5 0 0 1 -2.5 -2.5v-7a2.5 2.5 0 0 1 2.5 -2.5ZM8.5 20h7M12 16.5V20',
);
export const Palette = /* @__PURE__ */ icon(
  'M12 3.5a8.5 8.5 0 1 0 0 17c1.5 0 2-.9 1.7-2-.5-1.6.3-3 2-3h2c1.7 0 2.8-1.3 2.8-3.5 0-4.7-3.8-8.5-8.5-8.5Z',
  { d: 'M7.8 12v.1M10 8v.1M14.5 8v.1', width: 2.6 },
);
export const Pencil = /* @__PURE__ */ icon(
  'm4.5 19.5.9-4.2L16.2 4.5a2.2 2.2 0 0 1 3.2 3.2L8.6 18.5Z',
);
export const Pin = /* @__PURE__ */ icon('M9 4h6l-.7 5.5 3.2 3.5v1.5h-11V13l3.2-3.5ZM12 14.5v6');
export const PinOff = /* @__PURE__ */ icon(
  'M9.5 9.7 6.5 13v1.5h8M9.3 4H15l-.7 5.5 3.2 3.5v1M12 14.5v6M4 4l16.5 16.5',
);
export const RotateCw = /* @__PURE__ */ icon('M19.5 12a7.5 7.5 0 1 1-2.3-5.4L19.5 9M19.5 4.5V9H15');
export const Search = /* @__PURE__ */ icon(
  'M4.5 11a6.5 6.5 0 1 0 13 0 6.5 6.5 0 1 0 -13 0ZM16 16l4.5 4.5',
);
export const Sliders = /* @__PURE__ */ icon(
  'M3.5 7.5H12M18 7.5h2.5M3.5 16.5H6M12 16.5h8.5M12.3 7.5a2.7 2.7 0 1 0 5.4 0 2.7 2.7 0 1 0 -5.4 0ZM6.3 16.5a2.7 2.7 0 1 0 5.4 0 2.7 2.7 0 1 0 -5.4 0Z',
);
export const ShieldCheck = /* @__PURE__ */ icon(
  'M12 3.5 5 6v5.5c0 4.3 2.9 7.4 7 9 4.1-1.6 7-4.7 7-9V6ZM9 11.8l2.2 2.2 4-4.2',
);
export const ShieldMinus = /* @__PURE__ */ icon(
  'M12 3.5 5 6v5.5c0 4.3 2.9 7.4 7 9 4.1-1.6 7-4.7 7-9V6ZM9 12h6',
);
export const Smartphone = /* @__PURE__ */ icon(
  'M9.8 2.8h4.4a2.8 2.8 0 0 1 2.8 2.8v12.8a2.8 2.8 0 0 1 -2.8 2.8h-4.4a2.8 2.8 0 0 1 -2.8 -2.8v-12.8a2.8 2.8 0 0 1 2.8 -2.8ZM11 18h2',
);
export const SquarePen = /* @__PURE__ */ icon(
  'M12.5 4.5H7A2.5 2.5 0 0 0 4.5 7v10A2.5 2.5 0 0 0 7 19.5h10a2.5 2.5 0 0 0 2.5-2.5v-5.5M10 14l.6-3 7.6-7.6a1.7 1.7 0 0 1 2.4 2.4L13 13.4Z',
);
export const Tablet = /* @__PURE__ */ icon(
  'M7.3 3h9.4a2.8 2.8 0 0 1 2.8 2.8v12.4a2.8 2.8 0 0 1 -2.8 2.8h-9.4a2.8 2.8 0 0 1 -2.8 -2.8v-12.4a2.8 2.8 0 0 1 2.8 -2.8ZM11 18h2',
);
export const Terminal = /* @__PURE__ */ icon('m5.5 7 5 5-5 5M13 17h6');
export const Trash = /* @__PURE__ */ icon(
  'M4.5 6.5h15M9.5 6V4.5h5V6M6.5 6.5l.8 11.7a2 2 0 0 0 2 1.8h5.4a2 2 0 0 0 2-1.8l.8-11.7M10.3 10.5V16M13.7 10.5V16',
);
export const TriangleAlert = /* @__PURE__ */ icon('M12 4 2.8 19.5h18.4ZM12 10v4.5', {
  d: 'M12 17v.2',
  width: 2.4,
});
export const UserMinus = /* @__PURE__ */ icon(
  'M6 8.5a4 4 0 1 0 8 0 4 4 0 1 0 -8 0ZM3 20c.7-4 3.5-6 7-6 1.3 0 2.5.3 3.6.8M15.5 17h6',
);
export const UserPlus = /* @__PURE__ */ icon(
  'M6 8.5a4 4 0 1 0 8 0 4 4 0 1 0 -8 0ZM3 20c.7-4 3.5-6 7-6 1.3 0 2.5.3 3.6.8M18.5 14v6M15.5 17h6',
);
export const Users = /* @__PURE__ */ icon(
  'M5.5 8.5a3.5 3.5 0 1 0 7 0 3.5 3.5 0 1 0 -7 0ZM2.8 19.5c.6-3.3 3.1-5 6.2-5s5.6 1.7 6.2 5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M17.7 14.9c2 .7 3.2 2.3 3.6 4.6',
);
export const WifiOff = /* @__PURE__ */ icon(
  'M4 4l16.5 16.5M8.8 15.6a5 5 0 0 1 6 .2M5.5 12.2a9.6 9.6 0 0 1 4.7-2.5M2.5 8.7A14 14 0 0 1 6.5 6M10.5 5.1a14 14 0 0 1 11 3.6M14.8 10.2c1.4.4 2.6 1.1 3.7 2',
  { d: 'M12 19.5v.1', width: 2.6 },
);
export const X = /* @__PURE__ */ icon('m6 6 12 12M18 6 6 18');
