import { DEFAULT_ENCODER, FLOAT_ENCODER } from './addresses.js';

/** The SHA-256 of the known encoders' weights. Other weights are not called by these names. @type {Record<string, string>} */
export const KNOWN_WEIGHTS = {
  [DEFAULT_ENCODER]: 'bdc11ee02100f309b9f2db9b1ade8e319701d13f7900f83619faff53d13941f6',
  [FLOAT_ENCODER]: '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
};
