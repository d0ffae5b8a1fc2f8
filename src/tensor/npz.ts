/**
 * Reads .npz: a zip archive (PKWARE APPNOTE 6.3) of .npy members, stored or deflated. Refuses ZIP64, encryption, several
 * volumes, two members of one name, sizes and checksums that lie. Never allocates more than the archive's bytes can hold.
 */
import { crc32, inflateRawSync } from 'node:zlib';
import { MalformedFile } from './malformed.ts';
import { readNpy } from './npy.ts';
import type { Tensor, TensorMap } from './tensor.ts';

/** The arrays by name, without `.npy`. Stored and aligned ones are views of `bytes`. Throws MalformedFile. */
export function readNpz(bytes: Uint8Array): TensorMap {
  const archive: Archive = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
  const members = membersOf(archive);
  const packed = members.reduce((sum, { packedSize }) => sum + packedSize, 0);
  if (packed > bytes.byteLength) throw new MalformedFile('.npz members overlap');
  if (new Set(members.map(({ name }) => name)).size < members.length)
    throw new MalformedFile('.npz with two members of one name');
  // fromEntries defines own entries even where a member is named __proto__.
  return Object.fromEntries(members.map((member) => [member.name, readMember(archive, member)]));
}

interface Archive {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

interface Member {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly localOffset: number;
}

const endSignature = 0x06054b50;
/** Deflate's best: 258 bytes from two bits. */
const greatestDeflateRatio = 1032;

/** Reads the central directory: NumPy's local headers hold ZIP64 placeholders where the sizes should be. */
function membersOf({ bytes, view }: Archive): Member[] {
  const end = endRecordAt(view);
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || size === 0xffffffff || at === 0xffffffff) throw new MalformedFile('ZIP64 .npz is not read');
  if (view.getUint32(end + 4, true) !== 0) throw new MalformedFile('.npz in several volumes is not read');
  if (at + size > end) throw new MalformedFile(`.npz directory of ${size} bytes at ${at} is outside the file`);
  return Array.from({ length: count }, () => {
    const [member, next] = memberAt(bytes, view, at, end);
    at = next;
    return member;
  });
}

/** The last end record whose comment ends where the file does. */
function endRecordAt(view: DataView): number {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 0xffff); at -= 1) {
    if (view.getUint32(at, true) === endSignature && at + 22 + view.getUint16(at + 20, true) === view.byteLength)
      return at;
  }
  throw new MalformedFile('not a .npz file, or a truncated one: no end of a zip directory');
}

function memberAt(bytes: Uint8Array, view: DataView, at: number, end: number): [Member, number] {
  if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50)
    throw new MalformedFile(`no .npz directory entry at ${at}`);
  const nameEnd = at + 46 + view.getUint16(at + 28, true);
  const next = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > end) throw new MalformedFile(`.npz directory entry at ${at} is longer than the directory`);
  const file = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
  if (!file.endsWith('.npy')) throw new MalformedFile(`.npz member ${JSON.stringify(file)} is not a .npy file`);
  if (view.getUint16(at + 8, true) & 1) throw new MalformedFile(`.npz member ${file} is encrypted`);
  const member = {
    name: file.slice(0, -'.npy'.length),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    localOffset: view.getUint32(at + 42, true),
  };
  if ([member.packedSize, member.size, member.localOffset].includes(0xffffffff)) {
    throw new MalformedFile(`ZIP64 .npz member ${file} is not read`);
  }
  return [member, next];
}

function readMember(archive: Archive, member: Member): Tensor {
  const content = unpack(packedBytes(archive, member), member);
  if (content.byteLength !== member.size || crc32(content) !== member.crc) {
    throw new MalformedFile(`.npz member ${member.name} is damaged: its size or checksum is not as declared`);
  }
  return readNpy(content);
}

function packedBytes({ bytes, view }: Archive, { name, localOffset, packedSize }: Member): Uint8Array {
  if (localOffset + 30 > bytes.byteLength || view.getUint32(localOffset, true) !== 0x04034b50) {
    throw new MalformedFile(`.npz member ${name} is not at ${localOffset}`);
  }
  const start = localOffset + 30 + view.getUint16(localOffset + 26, true) + view.getUint16(localOffset + 28, true);
  if (start + packedSize > bytes.byteLength) throw new MalformedFile(`.npz member ${name} reaches beyond the file`);
  return bytes.subarray(start, start + packedSize);
}

function unpack(packed: Uint8Array, { name, method, size }: Member): Uint8Array {
  if (method === 0) return packed;
  if (method !== 8)
    throw new MalformedFile(`.npz member ${name} is packed by method ${method}, not stored or deflated`);
  if (size < 1 || size > packed.byteLength * greatestDeflateRatio) {
    throw new MalformedFile(`.npz member ${name} cannot hold ${size} bytes in ${packed.byteLength}`);
  }
  try {
    return inflateRawSync(packed, { maxOutputLength: size });
  } catch (error) {
    throw new MalformedFile(`.npz member ${name} does not inflate to ${size} bytes`, { cause: error });
  }
}
