// Runs in the browser: which texts can't be told well enough from what is behind them (WCAG 2, level AA).
(() => {
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = (colour) => {
    const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (from) => {
    for (let one = from; one; one = one.parentElement) {
      const { backgroundColor } = getComputedStyle(one);
      if ((channels(backgroundColor)[3] ?? 1) > 0) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  const faults = new Set();
  for (const element of document.querySelectorAll('body *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
    const { color, fontSize, fontWeight, opacity } = getComputedStyle(element);
    if (!hasText || opacity === '0' || element.getClientRects().length === 0) continue;
    const [text, ground] = [light(color), light(groundOf(element))];
    const ratio = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    const size = Number.parseFloat(fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5))
      faults.add(`${element.tagName} ${color} on ${groundOf(element)}: ${ratio.toFixed(2)}`);
  }
  return [...faults];
})();
