/**
 * The pickle within a file of torch.save, read as data: which tensor has which shape and lies where in which storage.
 *
 * A pickle is a program that may call anything. Here nothing is called: a stack machine knows the instructions that a state dict is
 * written with, and of all names only OrderedDict, the two functions that make tensors, and the storage types; each becomes a record.
 * Anything else is refused by name. Every instruction takes bytes, so the work is bounded by the file.
 */
import { UnsupportedModelError } from "../errors.ts";

/** A tensor as the pickle describes it; element positions. */
export interface PickledTensor {
  /** safetensors' name of its type. */
  readonly dtype: string;
  /** The storage's entry in the zip file: data/KEY. */
  readonly key: string;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
}

const storages: ReadonlyMap<string, string> = new Map([
  ["FloatStorage", "F32"],
  ["DoubleStorage", "F64"],
  ["HalfStorage", "F16"],
  ["BFloat16Storage", "BF16"],
  ["LongStorage", "I64"],
  ["IntStorage", "I32"],
  ["ShortStorage", "I16"],
  ["CharStorage", "I8"],
  ["ByteStorage", "U8"],
  ["BoolStorage", "BOOL"],
]);

/** What a name of the pickle stands for. */
class Name {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

class Storage {
  readonly dtype: string;
  readonly key: string;
  constructor(dtype: string, key: string) {
    this.dtype = dtype;
    this.key = key;
  }
}

class Tensor implements PickledTensor {
  readonly dtype: string;
  readonly key: string;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  constructor(storage: Storage, offset: number, shape: readonly number[], stride: readonly number[]) {
    this.dtype = storage.dtype;
    this.key = storage.key;
    this.offset = offset;
    this.shape = shape;
    this.stride = stride;
  }
}

const stackMark = Symbol("mark");

/** @throws UnsupportedModelError for anything but a dictionary of tensors */
export function readPickle(bytes: Uint8Array, path: string): ReadonlyMap<string, PickledTensor> {
  const value = new Unpickler(bytes, path).run();
  const tensors = new Map<string, PickledTensor>();
  if (!(value instanceof Map)) throw refused(path, "holds something other than a dictionary of tensors");
  for (const [name, tensor] of value) {
    if (typeof name !== "string" || !(tensor instanceof Tensor)) {
      throw refused(path, `holds ${JSON.stringify(name)}, which is not a tensor`);
    }
    tensors.set(name, tensor);
  }
  return tensors;
}

function refused(path: string, what: string): UnsupportedModelError {
  return new UnsupportedModelError(
    `${path} ${what}. Pickles are read as data, never run; take a revision that has model.safetensors.`,
  );
}

class Unpickler {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #path: string;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #at = 0;

  constructor(bytes: Uint8Array, path: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = path;
  }

  run(): unknown {
    const stack = this.#stack;
    for (;;) {
      const code = this.#byte();
      switch (code) {
        case 0x80: // PROTO
          this.#byte();
          break;
        case 0x2e: // STOP
          return this.#pop();
        case 0x28: // MARK
          stack.push(stackMark);
          break;
        case 0x4e: // NONE
          stack.push(null);
          break;
        case 0x88: // NEWTRUE
          stack.push(true);
          break;
        case 0x89: // NEWFALSE
          stack.push(false);
          break;
        case 0x4b: // BININT1
          stack.push(this.#byte());
          break;
        case 0x4d: // BININT2
          stack.push(this.#take(2).getUint16(0, true));
          break;
        case 0x4a: // BININT
          stack.push(this.#take(4).getInt32(0, true));
          break;
        case 0x8a: // LONG1
          stack.push(this.#long());
          break;
        case 0x47: // BINFLOAT
          stack.push(this.#take(8).getFloat64(0));
          break;
        case 0x58: // BINUNICODE
          stack.push(this.#text(this.#take(4).getUint32(0, true)));
          break;
        case 0x8c: // SHORT_BINUNICODE
        case 0x55: // SHORT_BINSTRING
          stack.push(this.#text(this.#byte()));
          break;
        case 0x7d: // EMPTY_DICT
          stack.push(new Map());
          break;
        case 0x5d: // EMPTY_LIST
          stack.push([]);
          break;
        case 0x29: // EMPTY_TUPLE
          stack.push([]);
          break;
        case 0x74: // TUPLE
          stack.push(this.#popToMark());
          break;
        case 0x85: // TUPLE1
        case 0x86: // TUPLE2
        case 0x87: // TUPLE3
          stack.push(this.#popMany(code - 0x84));
          break;
        case 0x61: // APPEND
          this.#append([this.#pop()]);
          break;
        case 0x65: // APPENDS
          this.#append(this.#popToMark());
          break;
        case 0x73: // SETITEM
          this.#setItems(this.#popMany(2));
          break;
        case 0x75: // SETITEMS
          this.#setItems(this.#popToMark());
          break;
        case 0x71: // BINPUT
          this.#memo.set(this.#byte(), stack.at(-1));
          break;
        case 0x72: // LONG_BINPUT
          this.#memo.set(this.#take(4).getUint32(0, true), stack.at(-1));
          break;
        case 0x68: // BINGET
          stack.push(this.#remembered(this.#byte()));
          break;
        case 0x6a: // LONG_BINGET
          stack.push(this.#remembered(this.#take(4).getUint32(0, true)));
          break;
        case 0x63: // GLOBAL
          stack.push(this.#name());
          break;
        case 0x51: // BINPERSID
          stack.push(this.#storage(this.#pop()));
          break;
        case 0x52: // REDUCE
          stack.push(this.#reduce(this.#popMany(2)));
          break;
        case 0x62: // BUILD: attributes of an OrderedDict, such as _metadata
          this.#pop();
          if (!(stack.at(-1) instanceof Map))
            throw this.#refused("sets attributes of something other than a dictionary");
          break;
        default:
          throw this.#refused(`has the instruction 0x${code.toString(16)}, which a state dict does not need`);
      }
    }
  }

  #name(): Name {
    const name = `${this.#line()}.${this.#line()}`;
    const known =
      name === "collections.OrderedDict" ||
      name === "torch._utils._rebuild_tensor_v2" ||
      name === "torch._utils._rebuild_parameter" ||
      (name.startsWith("torch.") && storages.has(name.slice("torch.".length)));
    if (known) return new Name(name);
    throw this.#refused(`names ${JSON.stringify(name)}, which a state dict does not need`);
  }

  /** ("storage", type, key, location, elements) */
  #storage(id: unknown): Storage {
    const [kind, type, key] = Array.isArray(id) ? (id as unknown[]) : [];
    const dtype = type instanceof Name ? storages.get(type.text.slice("torch.".length)) : undefined;
    if (kind === "storage" && dtype !== undefined && typeof key === "string") return new Storage(dtype, key);
    throw this.#refused("has a storage of another kind");
  }

  #reduce([name, values]: unknown[]): unknown {
    const list = Array.isArray(values) ? (values as unknown[]) : [];
    switch (name instanceof Name ? name.text : "") {
      case "collections.OrderedDict":
        if (list.length === 0) return new Map();
        break;
      case "torch._utils._rebuild_parameter":
        if (list[0] instanceof Tensor) return list[0];
        break;
      case "torch._utils._rebuild_tensor_v2": {
        const [storage, offset, shape, stride] = list;
        if (storage instanceof Storage && isCount(offset) && isCounts(shape) && isCounts(stride)) {
          return new Tensor(storage, offset, shape, stride);
        }
        break;
      }
    }
    throw this.#refused("calls something that a state dict does not need");
  }

  #append(values: readonly unknown[]): void {
    const list = this.#stack.at(-1);
    if (!Array.isArray(list)) throw this.#refused("appends to something other than a list");
    for (const value of values) list.push(value);
  }

  #setItems(values: readonly unknown[]): void {
    const target = this.#stack.at(-1);
    if (!(target instanceof Map) || values.length % 2 !== 0) throw this.#refused("is damaged");
    for (let i = 0; i < values.length; i += 2) target.set(values[i], values[i + 1]);
  }

  #remembered(index: number): unknown {
    if (!this.#memo.has(index)) throw this.#refused("is damaged");
    return this.#memo.get(index);
  }

  #pop(): unknown {
    if (this.#stack.length === 0) throw this.#refused("is damaged");
    return this.#stack.pop();
  }

  #popMany(count: number): unknown[] {
    if (this.#stack.length < count) throw this.#refused("is damaged");
    return this.#stack.splice(-count);
  }

  #popToMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(stackMark);
    if (mark < 0) throw this.#refused("is damaged");
    return this.#stack.splice(mark).slice(1);
  }

  #byte(): number {
    return this.#take(1).getUint8(0);
  }

  #take(length: number): DataView {
    if (this.#at + length > this.#bytes.length) throw this.#refused("is cut short");
    const view = new DataView(this.#view.buffer, this.#view.byteOffset + this.#at, length);
    this.#at += length;
    return view;
  }

  #text(length: number): string {
    const view = this.#take(length);
    return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0 || end - this.#at > 200) throw this.#refused("is damaged");
    const text = this.#text(end - this.#at);
    this.#at++;
    return text;
  }

  /** A whole number of up to eight bytes, little-endian, signed. */
  #long(): number {
    const length = this.#byte();
    if (length > 8) throw this.#refused("has a number of more than eight bytes");
    const view = this.#take(length);
    let value = 0;
    for (let i = length - 1; i >= 0; i--) value = value * 256 + view.getUint8(i);
    return length > 0 && view.getUint8(length - 1) >= 0x80 ? value - 2 ** (8 * length) : value;
  }

  #refused(what: string): UnsupportedModelError {
    return refused(this.#path, what);
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 8 && value.every(isCount);
}
