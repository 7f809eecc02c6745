import { configNodes } from '../editor/nodes.ts';
import type { EditorNode } from '../editor/red.ts';

/** A step of a tour of the editor; `wait` ends it, else the user does. */
interface Step {
  readonly title?: string;
  readonly description: string;
  readonly width: number;
  readonly direction?: 'right';
  /** Where the words go once the pointer is at what they speak of. */
  readonly fallback?: 'inset-bottom-right';
  readonly element?: string | (() => JQuery);
  readonly prepare?: () => void;
  readonly wait?: {
    readonly type: 'nr-event';
    readonly event: string;
    readonly filter?: (node: EditorNode) => boolean;
  };
}

const text = (key: string): string =>
  RED._(`node-red-contrib-provisioning/provisioning-tab:provisioning-tab.${key}`);
const common = { width: 300, fallback: 'inset-bottom-right' } as const;
const added: Record<string, string> = {};

const hasHandler = () => configNodes(({ type }) => type === 'provisioning-handler').length > 0;

/** The newest of a type, on the canvas. */
const onCanvas = (type: string) => () => $(`[id="${added[type]}"]`);

/** The one that stands on the flow that is shown: a tour that is begun again goes on with it. */
function found(type: string): EditorNode | undefined {
  const [node] = RED.nodes.filterNodes({ type, z: RED.workspaces.active() });
  if (node) added[type] = node.id;
  return node;
}

const [event, executor] = [found('provisioning-event'), found('provisioning-executor')];
const isWired = event !== undefined && RED.nodes.filterLinks({ source: event }).length > 0;
const unless = (done: boolean, step: Step): readonly Step[] => (done ? [] : [step]);

function isComplete({ registry, eventType }: EditorNode): boolean {
  return Boolean(registry && eventType);
}

function dragged(type: string, description: string): Step {
  const element = `.red-ui-palette-node[data-palette-type="${type}"]`;
  const filter = (node: EditorNode): boolean => {
    if (node.type === type) added[type] = node.id;
    return node.type === type;
  };
  const prepare = () => document.querySelector(element)?.scrollIntoView({ block: 'center' });
  const wait = { type: 'nr-event', event: 'nodes:add', filter } as const;
  return { ...common, direction: 'right', element, prepare, description, wait };
}

/** The first flow, step by step, for the editor's tour guide. */
export default {
  steps: [
    { width: 400, title: text('tour.title'), description: text('tour.start') },
    ...unless(event !== undefined, dragged('provisioning-event', text('tour.event'))),
    ...unless(executor !== undefined, dragged('provisioning-executor', text('tour.executor'))),
    ...unless(isWired, {
      ...common,
      element: onCanvas('provisioning-event'),
      description: text('tour.wire'),
      wait: { type: 'nr-event', event: 'links:add' },
    }),
    ...unless(event !== undefined && isComplete(event), {
      ...common,
      element: onCanvas('provisioning-event'),
      description: text('tour.registry'),
      wait: {
        type: 'nr-event',
        event: 'nodes:change',
        filter: (node) => node.type === 'provisioning-event' && isComplete(node),
      },
    }),
    {
      ...common,
      element: onCanvas('provisioning-executor'),
      description: text('tour.handler'),
      // The dialogs must be closed before the words lie over the editor again.
      wait: { type: 'nr-event', event: 'editor:close', filter: hasHandler },
    },
    {
      ...common,
      element: '#red-ui-header-button-deploy',
      description: text('tour.deploy'),
      wait: { type: 'nr-event', event: 'deploy' },
    },
    { width: 400, title: text('tour.done'), description: text('tour.press') },
  ] satisfies Step[],
};
