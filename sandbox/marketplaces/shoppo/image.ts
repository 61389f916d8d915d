import { createHash } from 'node:crypto';

export interface Image {
  id: string;
  checksum: string;
  originalHeight: number;
  originalWidth: number;
  originalUrl: string;
  mainColor: string;
  type: string;
  versions: Array<{ filename: string; height: number; width: number }>;
}

export interface Video {
  id: string;
  checksum: string;
  rowUrl: string;
}

const CDN = 'https://cdn.shoppo.example/images';
const EDGES = [100, 400, 1000];

/** A picture for something without one: the same name always gives the same bytes. */
export function imageFor(name: string, id: string): Image {
  return describeImage(Buffer.from(name), shortHash(`${name}:${id}`));
}

/** Shoppo's description of an uploaded picture. A PNG's size is read; any other picture counts as 2000 × 1644. */
export function describeImage(bytes: Buffer, id: string): Image {
  const checksum = createHash('md5').update(bytes).digest('hex');
  const png = bytes.subarray(1, 4).toString('latin1') === 'PNG' && bytes.length >= 24;
  const [width, height] = png ? [bytes.readUInt32BE(16), bytes.readUInt32BE(20)] : [2000, 1644];
  const extension = png ? 'PNG' : 'JPEG';
  return {
    id,
    checksum,
    originalHeight: height,
    originalWidth: width,
    originalUrl: `${CDN}/${checksum}.${extension}`,
    mainColor: '#CDCDCD',
    type: extension.toLowerCase(),
    versions: [
      { filename: `${checksum}.${extension}`, height, width },
      ...EDGES.filter((edge) => edge < height).map((edge) => ({
        filename: `${checksum}-${edge}x${edge}.${extension}`,
        height: edge,
        width: Math.round((edge * width) / height),
      })),
    ],
  };
}

const shortHash = (text: string): string =>
  createHash('sha256')
    .update(text)
    .digest('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 13);
