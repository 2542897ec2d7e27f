// Reads and writes the parts of a wasm module that the other scripts here need.

/** Ids of sections. */
export const [CUSTOM, IMPORT, CODE] = [0, 2, 10];

/** Reads a module from its beginning to its end. */
export class Reader {
  at = 0;

  /** @param {Uint8Array} module */
  constructor(module) {
    this.module = module;
  }

  byte() {
    return this.module[this.at++];
  }

  /** An unsigned number in LEB128. */
  number() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  /** @param {number} length */
  bytes(length) {
    this.at += length;
    return this.module.subarray(this.at - length, this.at);
  }

  name() {
    return Buffer.from(this.bytes(this.number())).toString();
  }

  /** The number of functions in the import section that begins here. */
  functionsAmongImports() {
    let functions = 0;
    for (let left = this.number(); left > 0; left--) {
      this.name();
      this.name();
      const kind = this.byte();
      if (kind === 0) {
        functions += 1;
        this.number();
      } else {
        if (kind !== 2) throw new Error(`the module imports what is neither a function nor a memory (${kind})`);
        const flags = this.number();
        this.number();
        if (flags & 1) this.number();
      }
    }
    return functions;
  }
}

/**
 * The sections of a module, with the place of their content.
 *
 * @param {Uint8Array} module
 */
export function* sections(module) {
  const reader = new Reader(module);
  reader.at = 8; // after the magic number and the version
  while (reader.at < module.length) {
    const start = reader.at;
    const id = reader.byte();
    const length = reader.number();
    const end = reader.at + length;
    yield { id, whole: module.subarray(start, end), content: module.subarray(reader.at, end) };
    reader.at = end;
  }
}

/** @param {string} letters */
export const text = (letters) => [...leb(letters.length), ...Buffer.from(letters)];

/** @param {number} value An unsigned number. @returns {number[]} It in LEB128. */
export function leb(value) {
  const written = [];
  for (; value > 127; value = Math.floor(value / 128)) written.push((value % 128) | 128);
  return [...written, value];
}
