/**
 * Elements below the first screen, whose scripts come when the visitor comes near: a first visit downloads what it shows.
 * Until then the section's static text stands there.
 */
import { defineElement } from '../signal-element.ts';

type Load = () => Promise<CustomElementConstructor>;

/** How far from the screen a section counts as near, CSS pixels. */
const NEAR = 500;

/** Registers elements by name once a section that holds one comes near, or the page is printed. */
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
  addEventListener('beforeprint', () => {
    for (const name of [...waiting.keys()]) load(name);
  });
}
