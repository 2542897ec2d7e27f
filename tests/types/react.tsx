// The tag in JSX. Compiled by tests/build/package.test.mjs with the types of React 18 and of React 19.

import { useEffect, useRef } from 'react';
import type { GivenExample, PolytaskLab, PolytaskState } from 'polytask';
import type {} from 'polytask/react';

export function Lab({ examples }: { examples: GivenExample[] }) {
  const lab = useRef<PolytaskLab>(null);
  useEffect(() => {
    const element = lab.current!;
    const heard = ({ detail }: CustomEvent<PolytaskState>) => console.log(detail.status, detail.step);
    element.addEventListener('polytask-state', heard);
    return () => element.removeEventListener('polytask-state', heard);
  }, []);
  return (
    <polytask-lab
      ref={lab}
      id="lab"
      className="wide"
      preset="tickets"
      epochs={4}
      views={['controls', 'try']}
      autostart
      examples={examples}
      onpolytask-step={({ detail }) => console.log(detail.total.toFixed(2), detail.losses.topic)}
      onClick={() => void lab.current?.train()}
    >
      <p>With JavaScript, a sentence encoder is fine-tuned here.</p>
    </polytask-lab>
  );
}

// @ts-expect-error: there is no such preset
export const misspelt = <polytask-lab preset="tikets" />;
// @ts-expect-error: a step has no accuracy
export const wrongDetail = <polytask-lab onpolytask-step={({ detail }) => console.log(detail.accuracy)} />;
// @ts-expect-error: an example has a text
export const wrongExample = <polytask-lab examples={[{ sentence: 'It rained.' }]} />;
