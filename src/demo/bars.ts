/**
 * How high the bars over the page are, for what scrolls below them: they have more lines where the page is narrow or text is large.
 * The list of sections in one of them closes when one was chosen.
 */
export function followBars(): void {
  const root = document.documentElement;
  const observer = new ResizeObserver((entries) => {
    for (const { target, borderBoxSize } of entries) {
      const name = target.localName === 'header' ? '--top-covers' : '--foot-covers';
      root.style.setProperty(name, `${borderBoxSize[0]?.blockSize ?? 0}px`);
    }
  });
  for (const bar of document.querySelectorAll('.top-bar, gw-controls')) observer.observe(bar);
  const list = document.getElementById('sections');
  list?.addEventListener('click', () => list.hidePopover());
}
