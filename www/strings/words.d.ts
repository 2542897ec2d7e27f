// A table of strings: English is the measure that `tsc` holds the others against.

import type en from './en.js';

export type Words = typeof en;
