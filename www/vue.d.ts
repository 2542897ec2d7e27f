// The tag in Vue templates: `import type {} from 'polytask/vue'`. Events are typed as `@polytask-step="…"`.

import type { DefineComponent, EmitsToProps, HTMLAttributes } from 'vue';
import type { PolytaskAttributeValues, PolytaskEventMap } from './polytask.js';
import type { GivenExample, GivenRecipe } from './types.js';

/** Vue sets these as properties. */
export interface PolytaskProps extends PolytaskAttributeValues {
  recipe?: GivenRecipe;
  examples?: GivenExample[];
}

type PolytaskEmits = { [E in keyof PolytaskEventMap]: (event: PolytaskEventMap[E]) => void };

declare module 'vue' {
  interface GlobalComponents {
    'polytask-lab': DefineComponent<PolytaskProps & HTMLAttributes & EmitsToProps<PolytaskEmits>>;
  }
}
