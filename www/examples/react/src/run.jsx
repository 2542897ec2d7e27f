// The element as a React component: attributes are props, and its events are props that begin with "on".

import 'polytask';
import { useState } from 'react';

export function Run() {
  const [loss, setLoss] = useState();
  return (
    <>
      <polytask-lab preset="notebook" views="controls losses try" onpolytask-step={({ detail }) => setLoss(detail.total)}>
        <p>The training run is on its way.</p>
      </polytask-lab>
      <p id="loss">{loss === undefined ? 'React waits for the first step.' : `React heard of a loss of ${loss.toFixed(4)}.`}</p>
    </>
  );
}
