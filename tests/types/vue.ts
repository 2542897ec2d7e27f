// The tag in Vue templates: the props that editors and vue-tsc look up. Compiled by tests/build/package.test.mjs.

import type { GlobalComponents } from 'vue';
import type {} from 'polytask/vue';

type Props = InstanceType<GlobalComponents['polytask-lab']>['$props'];

export const props: Props = {
  preset: 'tickets',
  epochs: 3,
  tasks: ['intent', 'tone'],
  class: 'wide',
  examples: [{ text: 'It rained.', labels: { topic: 'weather' } }],
  'onPolytask-step': ({ detail }) => console.log(detail.total.toFixed(2)),
};
// @ts-expect-error: there is no such preset
export const misspelt: Props = { preset: 'tikets' };
