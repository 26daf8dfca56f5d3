/**
 * Reads an ONNX file without its weights. The file is walked field by field; the bytes of large
 * tensors are stepped over and replaced by a note of where they lie, in the form that ONNX has for
 * data in other files. A model of hundreds of megabytes is read in milliseconds and kilobytes. What
 * the schema does not name is left out, and what would not fit into memory ends in an error.
 */
import protobuf from 'protobufjs/light.js';
import { PtuneError } from '../base/errors.ts';
import { maximumDepth, maximumFields, maximumKeptBytes, maximumNodes } from './limits.ts';
import { ModelProto } from './schema.ts';

/** Tensors up to this many bytes are kept in the skeleton. */
const keptBytes = 256;

/** Bytes that are read from the file at once. */
const windowBytes = 1 << 16;

/** Numbers of a tensor's fields (onnx.proto). */
const tensorFields = { rawData: 9, externalData: 13, dataLocation: 14 } as const;

/** A file that is read in parts. */
export interface FileParts {
  readonly size: number;
  readonly read: (offset: number, length: number) => Uint8Array;
}

/**
 * The bytes of the same model with the raw data of large tensors named as external data in
 * `fileName` itself.
 *
 * @throws PtuneError `model/unreadable` when the bytes end early, are no protobuf message, or hold
 *   more than the limits (limits.ts) allow
 */
export function readSkeleton(file: FileParts, fileName: string): Uint8Array {
  return new Walk(file, fileName).message(0, file.size, messageOf(ModelProto));
}

/** A message's fields that are read, by number. */
interface Message {
  readonly isNode: boolean;
  readonly fields: ReadonlyMap<number, Field>;
}

interface Field {
  /** What it holds, where that is a message. */
  readonly message: Message | undefined;
  /** A list of whole numbers, which may be many in few bytes. */
  readonly isList: boolean;
  /** The raw data of a tensor. */
  readonly isData: boolean;
  /** Where a tensor's data lie: 1 in another file. */
  readonly isLocation: boolean;
}

const messages = new Map<protobuf.Type, Message>();

function messageOf(type: protobuf.Type): Message {
  const known = messages.get(type);
  if (known) return known;
  const fields = new Map<number, Field>();
  const message = { isNode: type.name === 'Node', fields };
  messages.set(type, message);
  for (const field of type.fieldsArray) {
    const inner = field.resolve().resolvedType;
    fields.set(field.id, {
      message: inner instanceof protobuf.Type ? messageOf(inner) : undefined,
      isList: field.repeated && field.type.endsWith('int64'),
      isData: type.name === 'Tensor' && field.id === tensorFields.rawData,
      isLocation: type.name === 'Tensor' && field.id === tensorFields.dataLocation,
    });
  }
  return message;
}

class Walk {
  readonly #file: FileParts;
  readonly #name: string;
  #position = 0;
  #window: Uint8Array = new Uint8Array();
  #windowStart = 0;
  #depth = 0;
  #nodes = 0;
  #fields = 0;
  #kept = 0;

  constructor(file: FileParts, name: string) {
    this.#file = file;
    this.#name = name;
  }

  /** The message in [start, end). */
  message(start: number, end: number, { isNode, fields }: Message): Uint8Array {
    const writer = protobuf.Writer.create();
    this.#position = start;
    this.#nodes += Number(isNode);
    if (this.#nodes > maximumNodes) throw this.#broken(`it has more than ${maximumNodes} nodes`);
    if (++this.#depth > maximumDepth) {
      throw this.#broken(`its graphs are nested more than ${Math.floor(maximumDepth / 3)} deep`);
    }
    while (this.#position < end) {
      const tag = this.#varint();
      if (tag > 0xffffffff) throw this.#broken(`it has a field of the unknown number ${tag}`);
      this.#count(1);
      const field = fields.get(tag >>> 3);
      if (field) this.#field(field, tag, writer);
      else this.#skip(tag);
    }
    if (this.#position !== end) throw this.#broken('a field ends behind its message');
    this.#depth--;
    return writer.finish();
  }

  /** Writes one field that is read; its tag has been. */
  #field(field: Field, tag: number, writer: protobuf.Writer): void {
    const isBytes = (tag & 7) === 2;
    if (field.message && isBytes) {
      const length = this.#length();
      const start = this.#position;
      writer.uint32(tag).bytes(this.message(start, start + length, field.message));
    } else if (field.isData && isBytes) this.#rawData(tag, writer);
    else if (field.isLocation && (tag & 7) === 0) this.#location(tag, writer);
    else this.#copy(tag, writer, field.isList);
  }

  /** Raw data: kept where it is small, otherwise named by its place. */
  #rawData(tag: number, writer: protobuf.Writer): void {
    const length = this.#length();
    if (length <= keptBytes) {
      writer.uint32(tag).bytes(this.#bytes(length));
      return;
    }
    const place = { location: this.#name, offset: this.#position, length };
    for (const [key, value] of Object.entries(place)) {
      const entry = protobuf.Writer.create()
        .uint32(10)
        .string(key)
        .uint32(18)
        .string(String(value));
      writer.uint32((tensorFields.externalData << 3) | 2).bytes(entry.finish());
    }
    writer.uint32(tensorFields.dataLocation << 3).int32(1);
    this.#position += length;
  }

  /** "In this file" is the default; written out behind raw data, it would undo the note of these. */
  #location(tag: number, writer: protobuf.Writer): void {
    const location = this.#varint();
    if (location !== 0) writer.uint32(tag).uint32(location);
  }

  /** Copies a field as it is. */
  #copy(tag: number, writer: protobuf.Writer, isList: boolean): void {
    switch (tag & 7) {
      case 0: {
        const start = this.#position;
        this.#varint();
        const length = this.#position - start;
        this.#position = start;
        writer.uint32(tag).raw(this.#bytes(length));
        return;
      }
      case 1:
        writer.uint32(tag).raw(this.#bytes(8));
        return;
      case 2: {
        const length = this.#length();
        if (isList) this.#count(length);
        writer.uint32(tag).bytes(this.#bytes(length));
        return;
      }
      case 5:
        writer.uint32(tag).raw(this.#bytes(4));
        return;
      default:
        throw this.#unknownType(tag);
    }
  }

  #skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.#varint();
        return;
      case 1:
        this.#position += 8;
        return;
      case 2: {
        // The length must be read before the position that it is added to.
        const length = this.#length();
        this.#position += length;
        return;
      }
      case 5:
        this.#position += 4;
        return;
      default:
        throw this.#unknownType(tag);
    }
  }

  #count(fields: number): void {
    this.#fields += fields;
    if (this.#fields > maximumFields) {
      throw this.#broken(`it has more than ${maximumFields} fields beside its weights`);
    }
  }

  /** A length that fits into the file. */
  #length(): number {
    const length = this.#varint();
    if (this.#position + length > this.#file.size) throw this.#broken('it is truncated');
    return length;
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw this.#broken('it has a number of more than 64 bits');
  }

  #byte(): number {
    const at = this.#position - this.#windowStart;
    if (at < 0 || at >= this.#window.length) {
      const length = Math.min(windowBytes, this.#file.size - this.#position);
      if (length <= 0) throw this.#broken('it is truncated');
      this.#window = this.#file.read(this.#position, length);
      this.#windowStart = this.#position;
    }
    return this.#window[this.#position++ - this.#windowStart]!;
  }

  #bytes(length: number): Uint8Array {
    if (this.#position + length > this.#file.size) throw this.#broken('it is truncated');
    this.#kept += length;
    if (this.#kept > maximumKeptBytes) {
      const megabytes = maximumKeptBytes / 2 ** 20;
      throw this.#broken(
        `it keeps more than ${megabytes} MB elsewhere than in its weights' raw data`,
      );
    }
    const at = this.#position - this.#windowStart;
    const inside = at >= 0 && at + length <= this.#window.length;
    const bytes = inside
      ? this.#window.slice(at, at + length)
      : this.#file.read(this.#position, length);
    this.#position += length;
    return bytes;
  }

  #unknownType(tag: number): PtuneError {
    return this.#broken(`it has a field of the unknown wire type ${tag & 7}`);
  }

  #broken(why: string): PtuneError {
    return new PtuneError(
      'model/unreadable',
      `"${this.#name}" (${this.#file.size} bytes) cannot be read as an ONNX model: ${why}.`,
      'Copy or download the file again; it may be cut off.',
    );
  }
}
