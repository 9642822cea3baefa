/**
 * Elements below the first screen, whose scripts come when the visitor comes near: a first visit downloads what it shows.
 * Until then the section's static text stands there.
 */
import { defineElement } from '../signal-element.ts';

type Load = () => Promise<CustomElementConstructor>;

/** How far from the screen a section counts as near, CSS pixels. */
const NEAR = 500;

/** Registers elements by name once a section that holds one comes near; all at the first Tab or link, and for printing. */
export function defineWhenNear(loads: Readonly<Record<string, Load>>): void {
  const waiting = new Map(Object.entries(loads));
  const load = (name: string): void => {
    const make = waiting.get(name);
    if (make === undefined) return;
    waiting.delete(name);
    // Asked for again by the next look where the connection failed.
    make().then(
      (element) => defineElement(name, element),
      () => waiting.set(name, make),
    );
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) load(target.localName);
    },
    { rootMargin: `${NEAR}px 0px` },
  );
  for (const element of document.querySelectorAll([...waiting.keys()].join())) observer.observe(element);
  const loadAll = (): void => {
    for (const name of [...waiting.keys()]) load(name);
  };
  addEventListener('beforeprint', loadAll);
  // Quick Tabs would be past a view before it comes, and a link to a view would not stay where it led to.
  addEventListener('keydown', ({ key }) => {
    if (key === 'Tab') loadAll();
  });
  addEventListener('hashchange', loadAll);
  if (location.hash !== '') loadAll();
}
