import { FLOAT_ENCODER } from './addresses.js';

/** The SHA-256 of the known encoders' weights. Other weights are not called by these names. @type {Record<string, string>} */
export const KNOWN_WEIGHTS = {
  [FLOAT_ENCODER]: '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
};
