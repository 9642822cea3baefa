/** The button of the guided tour: there once it can be pressed; the tour itself comes with the first press. */
import { msg } from '../words.ts';

export function offerTour(): void {
  const button = document.getElementById('tour-begin');
  const said = document.getElementById('tour-said');
  if (button === null || said === null) return;
  button.addEventListener('click', () => {
    import('./tour-view.ts').then(
      ({ beginTour }) => beginTour(button),
      () => {
        said.textContent = msg('The tour could not be loaded; press again once there is a connection.');
      },
    );
  });
  button.parentElement?.removeAttribute('data-waiting');
}
