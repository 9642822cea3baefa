/** Entry of the page: registers the elements that fill the static HTML, then starts the session. */
import { followAddress, holdAt, show, stateOfAddress } from './address.ts';
import { startApp } from './app.ts';
import { followBars } from './bars.ts';
import { takeDrops } from './keras/page-drop.ts';
import { beginLanguage } from './language.ts';
import { keepForOffline } from './offline/offline.ts';
import { measurePace } from './pace.ts';
import { followTrace } from './selection.ts';
import { defineElement } from './signal-element.ts';
import { AnswersView } from './views/answers-view.ts';
import { Badge } from './views/badge.ts';
import { BarSeries } from './views/bar-series.ts';
import { Begin } from './views/begin.ts';
import { Controls, News, ProgressLine } from './views/controls.ts';
import { ForecastView } from './views/forecast-view.ts';
import { followData } from './views/intro.ts';
import { LearningView } from './views/learning-view.ts';
import { Notice } from './views/notice.ts';
import { Setup } from './views/setup.ts';
import { Stats } from './views/stats.ts';
import { offerTour } from './views/tour-button.ts';
import { TravelBar } from './views/travel-bar.ts';
import { defineWhenNear } from './views/when-near.ts';

defineElement('gw-answers', AnswersView);
defineElement('gw-badge', Badge);
defineElement('gw-series', BarSeries);
defineElement('gw-begin', Begin);
defineElement('gw-controls', Controls);
defineElement('gw-progress', ProgressLine);
defineElement('gw-news', News);
defineElement('gw-travel', TravelBar);
defineElement('gw-notice', Notice);
defineElement('gw-setup', Setup);
defineElement('gw-stats', Stats);
defineElement('gw-forecast', ForecastView);
defineElement('gw-learning', LearningView);

defineWhenNear({
  'gw-predict': () => import('./views/predict-view.ts').then(({ PredictView }) => PredictView),
  'gw-members': () => import('./views/members-view.ts').then(({ MembersView }) => MembersView),
  'gw-weights': () => import('./views/weights-view.ts').then(({ WeightsView }) => WeightsView),
  'gw-gate-guide': () => import('./views/gate-guide-view.ts').then(({ GateGuide }) => GateGuide),
  'gw-cell': () => import('./views/cell-view.ts').then(({ CellView }) => CellView),
  'gw-time': () => import('./views/time-view.ts').then(({ TimeView }) => TimeView),
  'gw-steps': () => import('./views/steps-view.ts').then(({ StepsView }) => StepsView),
  'gw-lag-lab': () => import('./views/lag-lab-view.ts').then(({ LagLabView }) => LagLabView),
  'gw-keras': () => import('./views/keras-view.ts').then(({ KerasView }) => KerasView),
  'gw-export': () => import('./views/export-panel.ts').then(({ ExportPanel }) => ExportPanel),
  'gw-bonnet': () => import('./views/bonnet-view.ts').then(({ BonnetView }) => BonnetView),
  'gw-teachers': () => import('./views/teachers-view.ts').then(({ TeachersView }) => TeachersView),
});

followBars();
followData();
takeDrops();
offerTour();
followTrace();
measurePace();
const asked = stateOfAddress();
beginLanguage(asked?.lang ?? null);
if (asked !== null) show(asked);
else holdAt(location.hash.slice(1));
followAddress();
void startApp(asked);
if (import.meta.env.PROD) keepForOffline();
