/**
 * Reads an ONNX file without its weights. The file is walked field by field; the bytes of large
 * tensors are stepped over and replaced by a note of where they lie, in the form that ONNX has for
 * data in other files. A model of hundreds of megabytes is read in milliseconds and kilobytes.
 */
import protobuf from 'protobufjs/light.js';
import { PtuneError } from '../base/errors.ts';

/** Tensors up to this many bytes are kept in the skeleton. */
const keptBytes = 1024;

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
 * @throws PtuneError `model/unreadable` when the bytes end early or are no protobuf message
 */
export function readSkeleton(file: FileParts, fileName: string): Uint8Array {
  return new Walk(file, fileName).message(0, file.size, model);
}

/** Writes one field of a message; `walk` stands behind the field's tag. */
type FieldHandler = (walk: Walk, tag: number, writer: protobuf.Writer) => void;

/** Walks into the messages with the given field numbers and copies all other fields. */
function into(messages: () => Readonly<Record<number, FieldHandler>>): FieldHandler {
  return (walk, tag, writer) => {
    walk.nested(tag, writer, messages()[tag >>> 3]);
  };
}

const tensor: FieldHandler = (walk, tag, writer) => {
  if (tag >>> 3 === tensorFields.rawData && (tag & 7) === 2) walk.rawData(tag, writer);
  else walk.copy(tag, writer);
};

/** Where tensors lie: in a graph's initializers, and in the attributes of nodes, as deep as graphs. */
const attribute = into(() => ({ 5: tensor, 6: graph }));
const node = into(() => ({ 5: attribute }));
const graph: FieldHandler = into(() => ({ 1: node, 5: tensor }));
const model = into(() => ({ 7: graph }));

class Walk {
  readonly #file: FileParts;
  readonly #name: string;
  #position = 0;
  #window: Uint8Array = new Uint8Array();
  #windowStart = 0;

  constructor(file: FileParts, name: string) {
    this.#file = file;
    this.#name = name;
  }

  /** The message in [start, end), each field through `handle`. */
  message(start: number, end: number, handle: FieldHandler): Uint8Array {
    const writer = protobuf.Writer.create();
    this.#position = start;
    while (this.#position < end) handle(this, this.#varint(), writer);
    if (this.#position !== end) throw this.#broken('a field ends behind its message');
    return writer.finish();
  }

  /** A field whose message is walked by `handle`, or copied where there is none. */
  nested(tag: number, writer: protobuf.Writer, handle: FieldHandler | undefined): void {
    if (!handle || (tag & 7) !== 2) return this.copy(tag, writer);
    const length = this.#length();
    const start = this.#position;
    writer.uint32(tag).bytes(this.message(start, start + length, handle));
  }

  /** Raw data: kept where it is small, otherwise named by its place. */
  rawData(tag: number, writer: protobuf.Writer): void {
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

  /** Copies a field as it is. */
  copy(tag: number, writer: protobuf.Writer): void {
    switch (tag & 7) {
      case 0: {
        const bytes: number[] = [];
        do bytes.push(this.#byte());
        while (bytes.at(-1)! >= 0x80);
        writer.uint32(tag).raw(Uint8Array.from(bytes));
        return;
      }
      case 1:
        writer.uint32(tag).raw(this.#bytes(8));
        return;
      case 2:
        writer.uint32(tag).bytes(this.#bytes(this.#length()));
        return;
      case 5:
        writer.uint32(tag).raw(this.#bytes(4));
        return;
      default:
        throw this.#broken(`it has a field of the unknown wire type ${tag & 7}`);
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
    for (let shift = 0; shift < 64; shift += 7) {
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
    const at = this.#position - this.#windowStart;
    const inside = at >= 0 && at + length <= this.#window.length;
    const bytes = inside
      ? this.#window.slice(at, at + length)
      : this.#file.read(this.#position, length);
    this.#position += length;
    return bytes;
  }

  #broken(why: string): PtuneError {
    return new PtuneError(
      'model/unreadable',
      `"${this.#name}" (${this.#file.size} bytes) cannot be read as an ONNX model: ${why}.`,
      'Copy or download the file again; it may be cut off.',
    );
  }
}
