/** A square part of a picture: its middle in the picture's pixels, and how far it is magnified. */
export interface Framing {
  x: number;
  y: number;
  /** 1 shows as much as fits; beyond it less, and larger. */
  zoom: number;
}

export interface Size {
  width: number;
  height: number;
}

export const maxZoom = 4;
/** Pixels on a side of what is sent: twice what is kept, so that little is lost on the way. */
const sentSide = 640;

/** The middle of the picture, as much of it as fits. */
export const wholeOf = ({ width, height }: Size): Framing => ({
  x: width / 2,
  y: height / 2,
  zoom: 1,
});

/** The side of the framed square, in the picture's pixels. */
export const sideOf = ({ zoom }: Framing, { width, height }: Size): number =>
  Math.min(width, height) / zoom;

/** The nearest framing that lies inside the picture. */
export function within(framing: Framing, size: Size): Framing {
  const zoom = clamp(framing.zoom, 1, maxZoom);
  const half = sideOf({ ...framing, zoom }, size) / 2;
  return {
    zoom,
    x: clamp(framing.x, half, size.width - half),
    y: clamp(framing.y, half, size.height - half),
  };
}

const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);

/** Draws the framed part over the whole canvas. */
export function draw(picture: ImageBitmap, framing: Framing, canvas: HTMLCanvasElement): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { width, height } = canvas;
  const side = sideOf(framing, picture);
  const [left, top] = [framing.x - side / 2, framing.y - side / 2];
  // What shines through is white, as it will be on the server.
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, left, top, side, side, 0, 0, width, height);
}

/** The framed part as a file, without anything that the chosen one said beside its pixels. */
export function cut(picture: ImageBitmap, framing: Framing): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = sentSide;
  draw(picture, framing, canvas);
  return new Promise((resolve, reject) => {
    const give = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error('not drawn')));
    canvas.toBlob(give, 'image/jpeg', 0.92);
  });
}
