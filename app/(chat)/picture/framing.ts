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

/** A file that somebody has chosen, as a picture. Rejects if this browser cannot show it. */
export async function openPicture(file: Blob): Promise<HTMLImageElement> {
  const picture = new Image();
  picture.src = URL.createObjectURL(file);
  try {
    await picture.decode();
    return picture;
  } catch (error) {
    closePicture(picture);
    throw error;
  }
}

export const closePicture = ({ src }: HTMLImageElement): void => URL.revokeObjectURL(src);

/** The framed part, without anything that the file said beside it. */
export function cut(picture: HTMLImageElement, framing: Framing): Promise<Blob> {
  const size = { width: picture.naturalWidth, height: picture.naturalHeight };
  const side = sideOf(framing, size);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = sentSide;
  const context = canvas.getContext('2d');
  if (context) {
    context.fillStyle = 'white';
    context.fillRect(0, 0, sentSide, sentSide);
    context.imageSmoothingQuality = 'high';
    const [left, top] = [framing.x - side / 2, framing.y - side / 2];
    context.drawImage(picture, left, top, side, side, 0, 0, sentSide, sentSide);
  }
  return new Promise((resolve, reject) => {
    const give = (blob: Blob | null) => (blob ? resolve(blob) : reject(new Error('not drawn')));
    canvas.toBlob(give, 'image/jpeg', 0.92);
  });
}
