// The names of encoders, and the addresses of their folders.
//
// A name is a folder's in models/, OWNER/NAME of a repository on the Hugging Face hub, or that of the reader's own files.

export const HUB = 'https://huggingface.co/';
/** The address under which the reader's own files are kept. Only the browser's storage knows it. */
export const OWN = 'https://own-files.invalid/';

/** Before a saved model's address that a page names, both of which are one folder's. */
export const MODEL = 'https://model.invalid/';

/** The encoder of a page that names none. */
export const DEFAULT_ENCODER = 'all-MiniLM-L6-v2-small';
/** The same with all of its numbers. A recipe without a name means this one. */
export const FLOAT_ENCODER = 'all-MiniLM-L6-v2';
/** Bytes of the known encoders' files. @type {Record<string, number>} */
export const KNOWN_BYTES = { [DEFAULT_ENCODER]: 15_871_032, [FLOAT_ENCODER]: 91_335_235 };

const HUB_NAME = /^[\w-][\w.-]*\/[\w-][\w.-]*$/;

/** Whether a name is that of a repository on the hub. @param {string} name */
export const isHubName = (name) => HUB_NAME.test(name);

/**
 * The address of an encoder's folder.
 *
 * @param {string} name A folder in models/ or a repository on the hub.
 * @param {string} base Address of the package's folder.
 */
export const addressOf = (name, base) =>
  isHubName(name) ? `${HUB}${name}/resolve/main/` : new URL(`models/${encodeURIComponent(name)}/`, base).href;

/** A new address for the reader's own files. @param {string} name */
export const ownAddress = (name) => `${OWN}${Date.now().toString(36)}${Math.random().toString(36).slice(2)}/${encodeURIComponent(name)}/`;

/** The address of a saved model that a page names. @param {string} given The attribute. */
export const modelAddress = (given) => `${MODEL}${[given, given.replace(/(\.zip)?\/*$/i, '').split('/').at(-1) ?? ''].map(encodeURIComponent).join('/')}/`;

/** The repository and revision at an address of the hub. @param {string} address */
export function atHub(address) {
  const [, name, revision] = address.startsWith(HUB) ? (/^([^/]+\/[^/]+)\/resolve\/([^/]+)\/$/.exec(address.slice(HUB.length)) ?? []) : [];
  return name === undefined ? undefined : { name, revision };
}

/** The name of the encoder at an address. @param {string} address */
export function nameOf(address) {
  const name = atHub(address)?.name ?? address.split('/').at(-2) ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // It has a percent sign that encodes nothing.
  }
}
