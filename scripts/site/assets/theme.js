// Before the page is painted: what the reader has chosen, else what the system says.
{
  const root = document.documentElement;
  const kept = () => {
    try {
      return localStorage.getItem('toolcrib-theme');
    } catch {
      return null;
    }
  };
  const show = (theme) => {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  };
  show(kept());
  addEventListener('DOMContentLoaded', () => {
    const button = document.querySelector('.theme');
    const isDark = () =>
      (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) ===
      'dark';
    const tell = () => button.setAttribute('aria-pressed', String(isDark()));
    button.hidden = false;
    tell();
    button.addEventListener('click', () => {
      const theme = isDark() ? 'light' : 'dark';
      show(theme);
      tell();
      try {
        localStorage.setItem('toolcrib-theme', theme);
      } catch {
        // Then it is for this page alone.
      }
    });
    // On a narrow screen the text comes first.
    if (matchMedia('(max-width: 60rem)').matches) document.querySelector('.pages details').open = false;
  });
}
