// Comfort only: the report is complete without it. Copy buttons, folds opened by links and for paper, local time.
(() => {
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target?.closest('details');
    if (!fold) return;
    fold.open = true;
    target.scrollIntoView();
  }
  addEventListener('hashchange', reveal);
  reveal();

  let closed = [];
  addEventListener('beforeprint', () => {
    closed = [...document.querySelectorAll('details:not([open])')];
    for (const fold of closed) fold.open = true;
  });
  addEventListener('afterprint', () => closed.forEach((fold) => (fold.open = false)));

  for (const code of document.querySelectorAll('[data-copy]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.setAttribute('aria-label', `Copy: ${code.textContent}`);
    button.addEventListener('click', async () => {
      // A file:// page may not reach the clipboard: then the text is selected, one key from copied.
      const copied = await navigator.clipboard?.writeText(code.textContent).then(
        () => true,
        () => false,
      );
      if (!copied) getSelection().selectAllChildren(code);
      button.textContent = copied ? 'Copied' : 'Selected';
      setTimeout(() => (button.textContent = 'Copy'), 1500);
    });
    code.after(button);
  }

  for (const time of document.querySelectorAll('time')) {
    const when = new Date(time.dateTime);
    if (Number.isNaN(+when)) continue;
    time.title = time.textContent;
    time.textContent = when.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  }
})();
