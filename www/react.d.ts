// The tag in JSX, for React 18 and 19: `import type {} from 'polytask/react'`.

import type { ClassAttributes, HTMLAttributes } from 'react';
import type { PolytaskAttributeValues, PolytaskEventMap, PolytaskLab } from './polytask.js';
import type { GivenExample, GivenRecipe } from './types.js';

/** React 19 sets these as properties, and listens to events by such names. React 18 writes all props as attributes. */
export interface PolytaskProps extends PolytaskAttributeValues, PolytaskListeners {
  recipe?: GivenRecipe;
  examples?: GivenExample[];
}

type PolytaskListeners = { [E in keyof PolytaskEventMap as `on${E}`]?: (event: PolytaskEventMap[E]) => void };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'polytask-lab': HTMLAttributes<PolytaskLab> & ClassAttributes<PolytaskLab> & PolytaskProps;
    }
  }
}
