// Two pages and a switch between light and dark. The element ends its worker when React takes it out of the page.

import { useEffect, useState, useSyncExternalStore } from 'react';
import { Run } from './run.jsx';
import './app.css';

export function App() {
  const page = usePage();
  const [theme, setTheme] = useState('light');
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);

  return (
    <>
      <nav>
        <a href="#/">Training</a> <a href="#/about">About</a>{' '}
        <button id="theme" onClick={() => setTheme(theme === 'light' ? 'dark' : 'light')}>
          {theme === 'light' ? 'Dark' : 'Light'}
        </button>
      </nav>
      <main>{page === '#/about' ? <p>A page without a run.</p> : <Run />}</main>
    </>
  );
}

/** The part of the address that names the page. */
function usePage() {
  const subscribe = (changed) => {
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  };
  return useSyncExternalStore(subscribe, () => location.hash);
}
