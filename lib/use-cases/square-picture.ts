import type { Sharp, SharpOptions } from 'sharp';
import { AppError } from '#lib/contract/errors.ts';
import { limits } from '#lib/contract/limits.ts';
import { createTurns } from '#lib/limits/turns.ts';
import { remember } from '#lib/runtime.ts';

/** A picture takes up to 250 MB while it is decoded, and a processor. */
const atOnce = 2;
const waiting = 20;
const secondsEach = 3;
/** Who has waited longer is refused: they would have been told so before the picture is done. */
const longestWaitMs = 2_000;
const quality = 82;

/**
 * The middle of a picture as a square of `limits.pictureSide`, in WebP, upright and with nothing else in
 * it: no place, no camera, no hidden second picture. Of one person's, one at a time.
 * @throws AppError `unsupported_media` for what is no picture that pages show, or is broken; `too_large`
 * for one of more than `limits.picturePixels` (an AVIF: `limits.avifPixels`); `unavailable` when too many others wait.
 */
export async function squarePicture(personId: string, bytes: Uint8Array): Promise<Buffer> {
  const isKnown = signatures.some((signature) => signature(Buffer.from(bytes.subarray(0, 16))));
  if (!isKnown) throw unsupported('A picture is a JPEG, PNG, WebP, GIF or AVIF.');
  const asked = performance.now();
  const makeSquare = async () => {
    if (performance.now() - asked > longestWaitMs) throw tooMany();
    const open = await opener();
    const side = limits.pictureSide;
    try {
      await requireSize(open(bytes, false));
      return await open(bytes, limits.picturePixels)
        .autoOrient()
        .resize(side, side, { fit: 'cover' })
        .flatten({ background: '#fff' })
        .webp({ quality })
        .timeout({ seconds: secondsEach })
        .toBuffer();
    } catch (error) {
      if (error instanceof Error && error.name === 'AppError') throw error;
      // Whatever a decoder says of it is about bytes that somebody has sent.
      throw unsupported('This picture cannot be read.');
    }
  };
  return turnsOfPeople()(personId, () => turnsOfAll()('', makeSquare));
}

// Nobody's pictures, however long they take, are to fill all places.
const turnsOfPeople = () => remember('picture-turns', () => createTurns(1));
const turnsOfAll = () =>
  remember('pictures', () => createTurns(atOnce, { most: waiting, full: tooMany }));

/** By what the picture says of itself, which is all that has been read by then. */
async function requireSize(picture: Sharp): Promise<void> {
  const { width, height, format } = await picture.metadata();
  const most = format === 'heif' ? limits.avifPixels : limits.picturePixels;
  if (width * height <= most) return;
  throw new AppError('too_large', `A picture like this has at most ${most} pixels.`);
}

/** By their first bytes; a name or a type can say anything. SVG, which can hold scripts, is none. */
const signatures: ((head: Buffer) => boolean)[] = [
  (head) => head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  (head) => head.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')),
  (head) => head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP',
  (head) => /^GIF8[79]a/.test(head.toString('latin1')),
  (head) => /^ftypavi[fs]/.test(head.toString('latin1', 4)),
];

const options: SharpOptions = {
  failOn: 'error',
  sequentialRead: true,
};

/** Loaded when the first picture comes: many servers never see one. */
async function opener(): Promise<(bytes: Uint8Array, mostPixels: number | false) => Sharp> {
  const { default: sharp } = await import('sharp');
  remember('sharp', () => {
    sharp.cache(false);
    sharp.concurrency(1);
    // Its library reads a lot more than pages show, PDF and SVG among it.
    sharp.block({ operation: ['VipsForeignLoad'] });
    const loaders = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif'];
    sharp.unblock({ operation: loaders.map((name) => `VipsForeignLoad${name}Buffer`) });
    return true;
  });
  return (bytes, limitInputPixels) => sharp(bytes, { ...options, limitInputPixels });
}

const tooMany = () =>
  new AppError('unavailable', 'Too many pictures at once.', { retryAfterMs: 5_000 });
const unsupported = (message: string) => new AppError('unsupported_media', message);
