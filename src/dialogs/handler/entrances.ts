import { entrancesOf } from '../shared/handlers.ts';
import { textsOf } from '../shared/texts.ts';

const text = textsOf('provisioning-handler');

/** Shows where a flow handler's turn comes out: each place is a button that leads there. */
export function showEntrances(container: JQuery, handler: string): void {
  const buttons = entrancesOf(handler).map((entrance) => {
    const flow = RED.nodes.workspace(entrance.z) ?? RED.nodes.subflow(entrance.z);
    const place = `${flow?.label || flow?.name || entrance.z} → ${RED.utils.getNodeLabel(entrance, entrance.id)}`;
    return $('<button type="button" class="red-ui-button">')
      .attr('title', text('button.reveal'))
      .append($('<i class="fa fa-crosshairs">'), ' ', $('<span>').text(place))
      .on('click', () => RED.view.reveal(entrance.id, true));
  });
  const none = $('<span class="provisioning-hint">').text(text('hint.noEntrance'));
  container.append(buttons.length > 0 ? buttons : none);
}
