// A part of the page that shows a lab, and that the reader may work it by.

import type { Renders } from '../lab/rendering.js';

export interface View extends Renders {
  element: HTMLElement;
}
