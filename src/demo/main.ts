/** Entry of the page: registers the elements that fill the static HTML, then starts the session. */
import { startApp } from './app.ts';
import { takeDrops } from './keras/page-drop.ts';
import { followTrace } from './selection.ts';
import { defineElement } from './signal-element.ts';
import { Badge } from './views/badge.ts';
import { Controls, News, ProgressLine } from './views/controls.ts';
import { ExportPanel } from './views/export-panel.ts';
import { ForecastView } from './views/forecast-view.ts';
import { followData } from './views/intro.ts';
import { KerasView } from './views/keras-view.ts';
import { LearningView } from './views/learning-view.ts';
import { Notice } from './views/notice.ts';
import { Setup } from './views/setup.ts';
import { Stats } from './views/stats.ts';
import { WeightsView } from './views/weights-view.ts';

defineElement('gw-badge', Badge);
defineElement('gw-controls', Controls);
defineElement('gw-progress', ProgressLine);
defineElement('gw-news', News);
defineElement('gw-notice', Notice);
defineElement('gw-setup', Setup);
defineElement('gw-stats', Stats);
defineElement('gw-forecast', ForecastView);
defineElement('gw-learning', LearningView);
defineElement('gw-weights', WeightsView);
defineElement('gw-keras', KerasView);
defineElement('gw-export', ExportPanel);

followData();
takeDrops();
followTrace();
void import('./views/cell-view.ts').then(({ CellView }) => defineElement('gw-cell', CellView));
void import('./views/gate-guide-view.ts').then(({ GateGuide }) => defineElement('gw-gate-guide', GateGuide));
void import('./views/steps-view.ts').then(({ StepsView }) => defineElement('gw-steps', StepsView));
void startApp();
