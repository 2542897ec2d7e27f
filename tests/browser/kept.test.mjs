// What the reader edits: undone and redone by button and key, a burst of typing at once; and kept from visit to visit.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BROWSERS } from './browser.mjs';
import { pageWith, serving } from './pages.mjs';

const lab = (name) => `<polytask-lab id="${name}" run="${name}" preset="notebook" views="controls sentences settings"></polytask-lab>`;
const PAGES = { '/one.html': pageWith(lab('one')), '/two.html': pageWith(lab('one') + lab('two')), '/late.html': pageWith(lab('late')) };

/** Counts what is written, and stops the clock: how fast keys come depends on the machine. */
const COUNT = () => {
  performance.now = () => 0;
  window.written = { database: 0, storage: 0 };
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (...args) {
    window.written.database += 1;
    return put.apply(this, args);
  };
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (key, value) {
    if (key.startsWith('polytask:')) window.written.storage += 1;
    setItem.call(this, key, value);
  };
};

const NO_DATABASE = () =>
  Object.defineProperty(window, 'indexedDB', {
    get: () => {
      throw new DOMException('There is none.', 'SecurityError');
    },
  });
const NO_STORAGE = () => {
  for (const name of ['indexedDB', 'localStorage'])
    Object.defineProperty(window, name, {
      get: () => {
        throw new DOMException('There is none.', 'SecurityError');
      },
    });
};

/** A database that never opens. */
const HUNG = () => {
  IDBFactory.prototype.open = () => new EventTarget();
};

/** A database that answers what it is asked only after `window.answer()`. */
const LATE = () => {
  const allowed = new Promise((resolve) => (window.answer = resolve));
  const { get } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.get = function (key) {
    const request = get.call(this, key);
    const late = {};
    request.onsuccess = async () => {
      await allowed;
      late.result = request.result;
      late.onsuccess();
    };
    return late;
  };
};

for (const name of BROWSERS) {
  describe(name, () => {
    const openPage = serving(name, PAGES);

    const open = async (path = 'one.html', before = undefined) => {
      const view = await openPage(path, { before });
      await view.until('its sentences', () => $$('.sentences tbody textarea').length > 0);
      return view;
    };
    const value = (view, id) => view.page.evaluate((field) => $(`#setting-${field}`).value, id);
    const edit = (view, text) => view.fill('.sentences tbody textarea', text);
    const first = (view) => view.page.evaluate(() => $('.sentences tbody textarea').value);
    /** Presses a key with Ctrl held. */
    const control = async (view, key, shift = false) => {
      await view.page.keyboard.down('Control');
      if (shift) await view.page.keyboard.down('Shift');
      await view.page.keyboard.press(key);
      if (shift) await view.page.keyboard.up('Shift');
      await view.page.keyboard.up('Control');
    };
    const kept = (view, key) => view.page.evaluate((name) => window.keptOf(name), key);
    /** Lets the page read the database. */
    const READ = () =>
      (window.keptOf = async (key) => {
        const { createStore, get } = await import('./vendor/idb-keyval.js');
        return (await get(key, createStore('polytask', 'documents'))) ?? null;
      });

    test('what is typed into a setting in one go is one step back, one step forth and hardly a write', async () => {
      const view = await open('one.html', COUNT);
      await view.page.evaluate(READ);
      const before = await value(view, 'epochs');
      await view.page.evaluate(() => {
        $('#setting-epochs').focus();
        $('#setting-epochs').select();
      });
      await view.page.keyboard.type('123');
      await view.page.evaluate(() => $('#setting-seed').select());
      await view.page.keyboard.type('4567890');
      await view.page.evaluate(() => $('#setting-batch-size').focus());
      assert.deepEqual(await Promise.all(['epochs', 'seed'].map((id) => value(view, id))), ['123', '4567890']);
      await view.press('undo');
      assert.deepEqual(await Promise.all(['epochs', 'seed'].map((id) => value(view, id))), ['123', '0']);
      await view.press('undo');
      assert.equal(await value(view, 'epochs'), before);
      assert.deepEqual(await view.page.evaluate(() => [$part('undo').disabled, $part('redo').disabled]), [true, false]);
      await view.press('redo');
      await view.press('redo');
      assert.deepEqual(await Promise.all(['epochs', 'seed'].map((id) => value(view, id))), ['123', '4567890']);
      assert.equal(await view.page.evaluate(() => $part('redo').disabled), true);
      // Twenty edits at once: one write, and perhaps one of the edits before.
      await view.page.evaluate(() => {
        window.written.database = 0;
        const field = $('#setting-epochs');
        for (let epochs = 1; epochs <= 20; epochs++) {
          field.value = String(epochs);
          field.dispatchEvent(new Event('input', { bubbles: true }));
        }
      });
      await view.until('them written', async () => (await window.keptOf('polytask:one'))?.recipe.training.epochs === 20);
      const { database, storage } = await view.page.evaluate(() => window.written);
      assert.ok(database === 1 || database === 2, `${database} writes`);
      assert.equal(storage, 0);
      view.assertQuiet();
      await view.close();
    });

    test('Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y undo and redo, but not in a field, which does so itself', async () => {
      const view = await open();
      const was = await first(view);
      await edit(view, 'First.');
      await edit(view, 'Second.');
      await view.page.evaluate(() => $('.sentences tbody textarea').focus());
      await control(view, 'z');
      await view.page.evaluate(() => $('#setting-epochs').focus());
      await control(view, 'z');
      assert.equal(await view.page.evaluate(() => $part('redo').disabled), true, 'no edit of the document was undone');
      // The last of these loses its place with the rows that are made anew.
      for (const focus of [() => $part('add-row').focus(), () => $('#setting-shuffle').focus(), () => $('.sentences tbody select').focus()]) {
        await view.page.evaluate(focus);
        await control(view, 'z');
        assert.equal(await first(view), 'First.');
        await control(view, 'z');
        assert.equal(await first(view), was);
        await control(view, 'z', true);
        assert.equal(await first(view), 'First.');
        await control(view, 'y');
        assert.equal(await first(view), 'Second.');
      }
      view.assertQuiet();
      await view.close();
    });

    test('an edit on a page that is left at once is there in the next visit', async () => {
      const view = await open();
      const leave = view.page.evaluate(() => {
        const field = $('.sentences tbody textarea');
        field.value = 'The last words.';
        field.dispatchEvent(new Event('change', { bubbles: true }));
        location.reload();
      });
      await Promise.all([view.page.waitForNavigation(), leave.catch(() => {})]);
      await view.until('its sentences', () => $$('.sentences tbody textarea').length > 0);
      assert.equal(await first(view), 'The last words.');
      view.assertQuiet();
      await view.close();
    });

    test('what an earlier version kept in localStorage is moved from there', async () => {
      const view = await open('one.html', READ);
      await edit(view, 'Kept by an earlier version.');
      await view.until('it in the database', async () => JSON.stringify(await window.keptOf('polytask:one')).includes('earlier version'));
      const doc = await kept(view, 'polytask:one');
      await view.page.evaluate(({ at, replaced, ...old }) => localStorage.setItem('polytask:two', JSON.stringify(old)), doc);
      await view.close();
      const next = await open('two.html', READ);
      await next.until('both', () => $$('.sentences tbody tr:first-child textarea').every(({ value }) => value === 'Kept by an earlier version.'));
      await next.until('it moved', () => localStorage.getItem('polytask:two') === null);
      assert.equal((await kept(next, 'polytask:two')).table.examples[0].text, 'Kept by an earlier version.');
      next.assertQuiet();
      await next.close();
    });

    test('labs and tabs side by side keep their own, and of one name the latest comes back, with the other on offer', async () => {
      const [a, b] = [await open('two.html', READ), await open('one.html', READ)];
      await a.page.evaluate(() => {
        const field = $$('.sentences tbody tr:first-child textarea')[1];
        field.value = 'Of the second.';
        field.dispatchEvent(new Event('change', { bubbles: true }));
      });
      await edit(a, 'Earlier.');
      await a.until('it', async () => (await window.keptOf('polytask:one'))?.table.examples[0].text === 'Earlier.');
      await edit(b, 'Later.');
      // Beside that of the first tab: see faults.test.mjs.
      await b.until('it', () => localStorage.getItem('polytask:one')?.includes('Later.'));
      await b.close();
      await a.page.reload();
      await a.until('both', () => window.$$?.('.sentences tbody tr:first-child textarea').map(({ value }) => value).join() === 'Later.,Of the second.');
      await a.untilMessage(/^Your sentences from an earlier visit/);
      a.assertQuiet();
      await a.close();
    });

    test('without a database the page keeps what localStorage has room for; without both it works, and says so', async () => {
      const view = await open('one.html', NO_DATABASE);
      await edit(view, 'In the small storage.');
      await view.until('it', () => localStorage.getItem('polytask:one')?.includes('In the small storage.'));
      assert.equal(await view.messages(), '');
      await view.page.reload();
      await view.until('it', () => window.$?.('.sentences tbody textarea')?.value === 'In the small storage.');
      view.assertQuiet();
      await view.close();
      const none = await open('one.html', NO_STORAGE);
      await edit(none, 'Nowhere.');
      await none.untilMessage(/^This browser cannot store your sentences: they will be lost when the page is reloaded\.$/);
      await none.press('undo');
      assert.notEqual(await first(none), 'Nowhere.');
      none.assertQuiet();
      await none.close();
    });

    test('with a database that never answers the page opens and keeps its edits all the same', async () => {
      const view = await open('one.html', NO_DATABASE);
      await edit(view, 'From the small storage.');
      await view.until('it', () => localStorage.getItem('polytask:one')?.includes('From the small storage.'));
      await view.close();
      const hung = await open('one.html', HUNG);
      assert.equal(await first(hung), 'From the small storage.');
      await edit(hung, 'While nothing answers.');
      await hung.until('it', () => localStorage.getItem('polytask:one')?.includes('While nothing answers.'));
      hung.assertQuiet();
      await hung.close();
    });

    test('a database that answers late loses neither what it keeps nor what was edited meanwhile', async () => {
      const view = await open('late.html', READ);
      await edit(view, 'Kept.');
      await view.until('it', async () => (await window.keptOf('polytask:late'))?.table.examples[0].text === 'Kept.');
      await view.close();

      const late = await open('late.html', LATE);
      assert.notEqual(await first(late), 'Kept.');
      await late.page.evaluate(() => window.answer());
      await late.until('what was kept', () => $('.sentences tbody textarea').value === 'Kept.');
      assert.equal(await late.page.evaluate(() => $part('undo').disabled), true, 'there was no edit');
      late.assertQuiet();
      await late.close();

      const later = await open('late.html', LATE);
      await later.page.evaluate(READ);
      await edit(later, 'Meanwhile.');
      await later.until('it kept beside', () => localStorage.getItem('polytask:late')?.includes('Meanwhile.'));
      await later.page.evaluate(() => window.answer());
      await later.untilMessage(/^Your sentences from an earlier visit have only now been found\. They are kept, and so are your edits since then\.$/);
      assert.equal(await first(later), 'Meanwhile.');
      assert.equal((await kept(later, 'polytask:late')).table.examples[0].text, 'Kept.');
      await later.page.evaluate(() => $$('.message button').find(({ textContent }) => textContent === 'Open them').click());
      await later.until('what was kept', () => $('.sentences tbody textarea').value === 'Kept.');
      await later.press('undo');
      assert.equal(await first(later), 'Meanwhile.');
      later.assertQuiet();
      await later.close();
    });
  });
}
