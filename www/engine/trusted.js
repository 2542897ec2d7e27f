// Addresses of workers in pages that require Trusted Types: a policy named `polytask` vouches for those that this package makes; no
// other script gets hold of it. Where the page does not allow that name, an address stays a text, which the browser refuses.

/** @typedef {{ createScriptURL: (address: string) => string }} Policy */
/** @typedef {{ trustedTypes?: { createPolicy: (name: string, rules: Policy) => Policy } }} WithTrustedTypes */

const factory = /** @type {WithTrustedTypes} */ (globalThis).trustedTypes;
/** @type {Policy | undefined} */
let policy;
let isRefused = false;

/** @param {string} address @returns {string} In browsers with Trusted Types, an object that stands for it. */
export function trusted(address) {
  if (!factory || isRefused) return address;
  try {
    policy ??= factory.createPolicy('polytask', { createScriptURL: (own) => own });
    return policy.createScriptURL(address);
  } catch {
    isRefused = true;
    return address;
  }
}

/** Whether the page does not allow the policy. */
export const isPolicyRefused = () => isRefused;
