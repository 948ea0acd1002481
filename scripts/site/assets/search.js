// Search in the reader's own browser: nothing is sent anywhere.
{
  const input = document.querySelector('.search input');
  const list = document.querySelector('#found');
  const root = document.documentElement.dataset.root;
  const MOST = 12;
  let index;
  let chosen = -1;

  // Japanese has no spaces: each two characters beside each other are a word.
  const words = (text) =>
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .flatMap((word) => {
        if (!/[\u3040-\u30ff\u3400-\u9fff]/.test(word)) return word === '' ? [] : [word];
        const letters = [...word];
        return letters.length < 2 ? [word] : letters.slice(1).map((letter, at) => letters[at] + letter);
      });

  const indexed = () => {
    if (index) return index;
    index = new MiniSearch({
      fields: ['title', 'heading', 'text'],
      storeFields: ['page', 'title', 'anchor', 'heading', 'language'],
      tokenize: words,
      searchOptions: {
        boost: { heading: 4, title: 2 },
        prefix: true,
        fuzzy: (word) => (word.length > 5 ? 0.2 : false),
        combineWith: 'AND',
      },
    });
    index.addAll(toolcribSections.map((section, id) => ({ id, ...section })));
    return index;
  };

  const options = () => [...list.querySelectorAll('[role=option]')];
  const choose = (at) => {
    const all = options();
    chosen = all.length === 0 ? -1 : (at + all.length) % all.length;
    for (const [number, option] of all.entries())
      option.setAttribute('aria-selected', String(number === chosen));
    if (chosen < 0) input.removeAttribute('aria-activedescendant');
    else {
      input.setAttribute('aria-activedescendant', all[chosen].id);
      all[chosen].scrollIntoView({ block: 'nearest' });
    }
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    chosen = -1;
  };
  const show = () => {
    const asked = input.value.trim();
    if (asked === '') return close();
    const found = indexed().search(asked).slice(0, MOST);
    list.replaceChildren(
      ...found.map((one, number) => {
        const option = document.createElement('a');
        option.id = `found-${number}`;
        option.setAttribute('role', 'option');
        option.tabIndex = -1;
        option.href = root + one.page + (one.anchor === '' ? '' : `#${one.anchor}`);
        option.lang = one.language;
        const [heading, page] = [document.createElement('b'), document.createElement('span')];
        heading.textContent = one.heading;
        page.textContent = one.heading === one.title ? '' : one.title;
        option.append(heading, page);
        return option;
      }),
    );
    if (found.length === 0) {
      const none = document.createElement('p');
      none.setAttribute('role', 'status');
      none.textContent = list.dataset.nothing;
      list.append(none);
    }
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    choose(0);
  };

  document.querySelector('.search').hidden = false;
  input.addEventListener('input', show);
  input.addEventListener('focus', show);
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      choose(chosen + (event.key === 'ArrowDown' ? 1 : -1));
    } else if (event.key === 'Enter' && chosen >= 0 && !list.hidden) {
      event.preventDefault();
      const option = options()[chosen];
      close();
      option.click();
    } else if (event.key === 'Escape') {
      close();
      input.blur();
    }
  });
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.closest('input, textarea, select');
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
  });
  document.addEventListener('click', (event) => {
    if (!event.target.closest('.search')) close();
  });
}
