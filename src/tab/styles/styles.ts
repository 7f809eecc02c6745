import uPlotStyle from 'uplot/dist/uPlot.min.css';
import base from './base.css';
import choice from './choice.css';
import details from './details.css';
import doctor from './doctor.css';
import frame from './frame.css';
import handlers from './handlers.css';
import histogram from './histogram.css';
import matrix from './matrix.css';
import overview from './overview.css';
import replays from './replays.css';
import tables from './tables.css';
import touch from './touch.css';

const executions = ['id', 'status', 'registry', 'date', 'event', 'handler', 'object', 'response', 'duration'];
const handlersOnly = ['number', 'priority', 'name', 'target', 'health', 'flag', 'actions'];

/** Where a row is a card, each cell has the place that is named as its column. */
const places = [...executions, ...handlersOnly]
  .map((column) => `td.nrp-c-${column} { grid-area: ${column} }`)
  .join('\n');

/** Everything holds within the tab's own elements only: the chart's style too. */
const style = [
  `.nrp {\n${uPlotStyle}\n${places}\n}`,
  base,
  frame,
  tables,
  handlers,
  matrix,
  overview,
  details,
  doctor,
  replays,
  choice,
  histogram,
  touch,
].join('\n');

const id = 'nrp-style';

/** Adds the tab's style to the page, once. */
export function addStyle(): void {
  if (document.getElementById(id)) return;
  const element = document.createElement('style');
  element.id = id;
  element.textContent = style;
  document.head.append(element);
}
