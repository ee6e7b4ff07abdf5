/** The keyboard is on the screen: Enter breaks the line, and nothing takes the focus unasked. */
export const isTouch = (): boolean => matchMedia('(hover: none) and (pointer: coarse)').matches;
