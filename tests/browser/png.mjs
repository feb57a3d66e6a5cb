// SPDX-License-Identifier: Apache-2.0
// Small PNG files: a screenshot needs few colours, so it is written with a palette of 256.
import { crc32 as zlibCrc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});
const crc32 = zlibCrc32 ?? ((data) => ~data.reduce((crc, byte) => crcTable[(crc ^ byte) & 255] ^ (crc >>> 8), -1) >>> 0);

function chunk(type, data) {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}

function* chunks(png) {
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    yield [png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length)];
    at += length + 12;
  }
}

function paeth(a, b, c) {
  const p = a + b - c, pa = Math.abs(p - a), pb = Math.abs(p - b), pc = Math.abs(p - c);
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

// The pixels, filters undone (PNG 9.2).
function unfilter(raw, height, stride, step) {
  const out = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)], from = y * (stride + 1) + 1, to = y * stride;
    for (let x = 0; x < stride; x++) {
      const a = x >= step ? out[to + x - step] : 0, b = y ? out[to + x - stride] : 0;
      const c = y && x >= step ? out[to + x - stride - step] : 0;
      const add = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter];
      out[to + x] = raw[from + x] + add;
    }
  }
  return out;
}

// Chromium writes 8 bits a channel, RGB or RGBA, not interlaced.
function decode(png) {
  let head;
  const data = [];
  for (const [type, body] of chunks(png)) {
    if (type === 'IHDR') head = { width: body.readUInt32BE(0), height: body.readUInt32BE(4), depth: body[8], kind: body[9] };
    if (type === 'IDAT') data.push(body);
  }
  const step = { 2: 3, 6: 4 }[head.kind];
  if (!step || head.depth !== 8) throw new Error('not the kind of PNG that a browser writes');
  return { ...head, step, pixels: unfilter(inflateSync(Buffer.concat(data)), head.height, head.width * step, step) };
}

const distance = (a, b) => ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;

// The most frequent colours that differ enough for 256 to cover all; each other one becomes the nearest of them.
function paletteOf(counts) {
  const byCount = [...counts.entries()].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([colour]) => colour);
  let palette = byCount;
  for (let apart = 16; palette.length > 256; apart *= 1.5) {
    palette = [];
    for (const colour of byCount)
      if (palette.length <= 256 && palette.every((other) => distance(colour, other) >= apart)) palette.push(colour);
  }
  const nearest = (colour) => palette.reduce((best, other, i) => distance(colour, other) < distance(colour, palette[best]) ? i : best, 0);
  const index = new Map(palette.map((colour, i) => [colour, i]));
  for (const colour of byCount) if (!index.has(colour)) index.set(colour, nearest(colour));
  return { palette, index };
}

export function fewColours(png) {
  const { width, height, step, pixels } = decode(png);
  const colours = new Uint32Array(width * height), counts = new Map();
  for (let i = 0; i < colours.length; i++) {
    const at = i * step, colour = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
    colours[i] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const { palette, index } = paletteOf(counts);
  const raw = Buffer.alloc(height * (width + 1)); // filter 0: the best for palettes
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) raw[y * (width + 1) + 1 + x] = index.get(colours[y * width + x]);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const plte = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('PLTE', plte), chunk('IDAT', deflateSync(raw, { level: 9 })),
    chunk('IEND', Buffer.alloc(0))]);
}
